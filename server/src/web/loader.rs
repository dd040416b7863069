//! `GET /embed.js`: the loader, with the programme's launcher baked in, so that one request is
//! enough.

use crate::domain::program::Program;
use crate::site::Asset;
use serde_json::json;

/// What the loader's source has where its settings go.
const PLACE: &str = "__LAUREL__";
/// The source, shortened by the build.
const SOURCE: &str = include_str!(concat!(env!("OUT_DIR"), "/embed.js"));

/// The loader, ready to be filled in.
#[derive(Debug, Clone)]
pub struct Loader {
    /// The address of this server.
    origin: String,
    /// For pages that name their programme in an attribute.
    pub neutral: Asset,
}

impl Loader {
    /// The loader of the server at `origin`.
    pub fn new(origin: &str) -> Self {
        // The panel's own languages, for the label and for the language that is asked for.
        let labels: serde_json::Map<_, _> = app::text::LANGUAGES
            .iter()
            .map(|text| (text.tag.to_owned(), text.launcher.into()))
            .collect();
        let color = "#333333";
        let neutral = fill(&json!({
            "o": origin,
            "l": labels,
            "c": color,
            "t": readable_on(color),
            "k": "right",
        }));
        Self {
            origin: origin.to_owned(),
            neutral,
        }
    }

    /// The loader of one programme.
    pub fn for_program(&self, program: &Program) -> Asset {
        let settings = json!({
            "o": self.origin,
            "p": program.slug,
            "a": program.origins,
            "l": launcher(program),
            "c": program.brand_color,
            "t": readable_on(&program.brand_color),
            "k": program.corner,
        });
        fill(&settings)
    }
}

/// The launcher's words by language, the default first.
fn launcher(program: &Program) -> serde_json::Map<String, serde_json::Value> {
    let word = |locale: &String| (locale.clone(), program.launcher.get(locale).into());
    program.locales.iter().map(word).collect()
}

fn fill(settings: &serde_json::Value) -> Asset {
    // Inside a script element of some page builder, `</script>` in a text would end it.
    let settings = settings.to_string().replace('<', "\\u003c");
    Asset::pack(
        "text/javascript",
        SOURCE.replace(PLACE, &settings).into_bytes(),
    )
}

/// Black or white, whichever has more contrast with `#rrggbb` (WCAG 2.2, relative luminance).
fn readable_on(color: &str) -> &'static str {
    let channel = |from: usize| {
        let value = color
            .get(from..from + 2)
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
            .unwrap_or(0);
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    let luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
    // Where both have the same contrast.
    if luminance > 0.179 {
        "#000000"
    } else {
        "#ffffff"
    }
}

#[cfg(test)]
mod tests {
    use super::readable_on;

    #[test]
    fn the_launchers_text_can_be_read() {
        assert_eq!(readable_on("#7a4b2a"), "#ffffff");
        assert_eq!(readable_on("#ffdd00"), "#000000");
        // 4.61 with white and 4.56 with black; one step lighter it is the other way round.
        assert_eq!(readable_on("#757575"), "#ffffff");
        assert_eq!(readable_on("#767676"), "#000000");
    }
}
