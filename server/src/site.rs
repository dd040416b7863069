//! The built site: what Trunk made and `laurel precompress` packed, read once and kept.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use std::collections::HashMap;
use std::io::{self, Read};
use std::path::Path;

/// How brotli searches: quality 11, the best.
const BROTLI_QUALITY: i32 = 11;
/// How far back brotli may look at most: 2^24 bytes, more than any file here.
const BROTLI_WINDOW_MAX: u32 = 24;
/// The least that the format knows.
const BROTLI_WINDOW_MIN: u32 = 10;

/// A file in the encodings that browsers accept.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Its media type.
    pub content_type: &'static str,
    plain: Bytes,
    gzip: Bytes,
    brotli: Bytes,
}

impl Asset {
    /// Packs a small file now. Big ones are packed when the site is built.
    pub fn pack(content_type: &'static str, plain: Vec<u8>) -> Self {
        let (gzip, brotli) = (gzipped(&plain).into(), brotlied(&plain).into());
        Self {
            content_type,
            plain: plain.into(),
            gzip,
            brotli,
        }
    }

    /// The plain bytes.
    pub fn plain(&self) -> &[u8] {
        &self.plain
    }

    /// The size over the wire for a browser of today, in bytes.
    pub fn brotli_bytes(&self) -> usize {
        self.brotli.len()
    }

    /// An answer with the encoding that the request prefers.
    pub fn respond(&self, request: &HeaderMap, cache: &'static str) -> Response {
        let accepted = request
            .get(header::ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        let accepts = |name: &str| {
            accepted.split(',').any(|item| {
                let mut parts = item.split(';').map(str::trim);
                parts.next() == Some(name)
                    && !parts.any(|weight| weight.trim_end_matches(['0', '.']) == "q=")
            })
        };
        let (body, encoding) = if accepts("br") {
            (&self.brotli, Some("br"))
        } else if accepts("gzip") {
            (&self.gzip, Some("gzip"))
        } else {
            (&self.plain, None)
        };
        let mut response = Response::new(Body::from(body.clone()));
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(self.content_type),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

/// All files of the site, under a name that changes with any of them.
#[derive(Debug, Clone)]
pub struct Site {
    build: String,
    files: HashMap<String, Asset>,
}

/// Why there is no site.
#[derive(Debug, thiserror::Error)]
#[error(
    "LAUREL_SITE: the built site is not in {directory}: {source}. Run `make site`, or name its folder"
)]
pub struct NoSite {
    directory: String,
    source: io::Error,
}

impl Site {
    /// Reads the site from a folder, or from the binary where it was built in.
    ///
    /// # Errors
    /// [`NoSite`].
    pub fn load(directory: &Path) -> Result<Self, NoSite> {
        let packed = embedded().unwrap_or_else(|| read_folder(&directory.join("pkg")));
        let files = packed.map_err(|source| NoSite {
            directory: directory.display().to_string(),
            source,
        })?;
        Ok(Self::of(files))
    }

    /// A site of these files.
    pub fn of(files: HashMap<String, Asset>) -> Self {
        let mut names: Vec<&String> = files.keys().collect();
        names.sort();
        let content: Vec<u8> = names
            .into_iter()
            .flat_map(|name| {
                [name.as_bytes(), &crate::crypto::sha256(files[name].plain())].concat()
            })
            .collect();
        let build = crate::crypto::hex(&crate::crypto::sha256(&content)[..8]);
        Self { build, files }
    }

    /// Where browsers find the files: an address that is never used for other content.
    pub fn pkg(&self) -> String {
        format!("/s/{}/pkg", self.build)
    }

    /// A file of the build that is asked for.
    pub fn get(&self, build: &str, name: &str) -> Option<&Asset> {
        self.files.get(name).filter(|_| build == self.build)
    }

    /// A file by its name.
    pub fn file(&self, name: &str) -> Option<&Asset> {
        self.files.get(name)
    }
}

/// `GET /s/{build}/pkg/{name}`.
pub fn serve(site: &Site, build: &str, name: &str, request: &HeaderMap) -> Response {
    match site.get(build, name) {
        Some(asset) => asset.respond(request, "public, max-age=31536000, immutable"),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(feature = "embed")]
fn embedded() -> Option<io::Result<HashMap<String, Asset>>> {
    static SITE: include_dir::Dir =
        include_dir::include_dir!("$CARGO_MANIFEST_DIR/../target/site/pkg");
    let file = |name: String| {
        SITE.get_file(name)
            .map(|file| Bytes::from_static(file.contents()))
    };
    let names = SITE.files().filter_map(|file| file.path().to_str());
    Some(collect(names.map(str::to_owned).collect(), &|name| {
        file(name).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }))
}

#[cfg(not(feature = "embed"))]
fn embedded() -> Option<io::Result<HashMap<String, Asset>>> {
    None
}

fn read_folder(folder: &Path) -> io::Result<HashMap<String, Asset>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        names.extend(entry?.file_name().into_string());
    }
    collect(names, &|name| {
        std::fs::read(folder.join(name)).map(Bytes::from)
    })
}

fn collect(
    names: Vec<String>,
    read: &dyn Fn(String) -> io::Result<Bytes>,
) -> io::Result<HashMap<String, Asset>> {
    let mut files = HashMap::new();
    for name in names {
        let Some(content_type) = content_type(&name) else {
            continue;
        };
        let asset = Asset {
            content_type,
            gzip: read(format!("{name}.gz"))?,
            brotli: read(format!("{name}.br"))?,
            plain: read(name.clone())?,
        };
        files.insert(name, asset);
    }
    if files.is_empty() {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok(files)
}

fn content_type(name: &str) -> Option<&'static str> {
    match Path::new(name).extension()?.to_str()? {
        "js" => Some("text/javascript"),
        "wasm" => Some("application/wasm"),
        "css" => Some("text/css"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

/// Writes `.br` and `.gz` beside each file of the site.
///
/// # Errors
/// When a file cannot be read or written.
pub fn precompress(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if content_type(name).is_some() {
            let plain = std::fs::read(&path)?;
            std::fs::write(path.with_file_name(format!("{name}.br")), brotlied(&plain))?;
            std::fs::write(path.with_file_name(format!("{name}.gz")), gzipped(&plain))?;
        }
    }
    Ok(())
}

/// How far back brotli has to look to see all of so many bytes, as a power of two. Looking further finds
/// nothing more, and takes memory here (eight bytes for each) and in the browser: at 2^24 a server needed
/// 170 MB more to start. A window holds 16 bytes less (RFC 7932, section 9.1).
fn window(length: usize) -> i32 {
    let bits = (length + 16).next_power_of_two().trailing_zeros();
    bits.clamp(BROTLI_WINDOW_MIN, BROTLI_WINDOW_MAX)
        .cast_signed()
}

/// Packs with brotli at its best. Slow; for what is served many times.
pub fn brotlied(plain: &[u8]) -> Vec<u8> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: window(plain.len()),
        size_hint: plain.len(),
        ..Default::default()
    };
    let mut packed = Vec::new();
    // Reading from and writing to memory does not fail.
    let _bytes = brotli::BrotliCompress(&mut &plain[..], &mut packed, &params);
    packed
}

fn gzipped(plain: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut encoder = flate2::read::GzEncoder::new(plain, flate2::Compression::best());
    let _bytes = encoder.read_to_end(&mut packed);
    packed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_as_wide_as_what_it_has_to_hold() {
        let table = [(0, 10), (1008, 10), (1009, 11), (65_520, 16), (65_521, 17)];
        for (length, bits) in table {
            assert_eq!(window(length), bits, "{length}");
        }
        assert_eq!(window(100 << 20), 24);
    }

    #[test]
    fn what_was_packed_comes_out_again() {
        for length in [0, 1, 1008, 1009, 100_000] {
            let plain: Vec<u8> = (0..length).map(|n: u32| (n % 251 * n % 7) as u8).collect();
            let mut unpacked = Vec::new();
            brotli::BrotliDecompress(&mut &brotlied(&plain)[..], &mut unpacked).unwrap();
            assert!(unpacked == plain, "{length}");
        }
    }
}
