//! A real Chromium for each test that asks, through one `chromedriver` for them all.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::ops::Deref;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::{ChromiumLikeCapabilities as _, DesiredCapabilities, WebDriver};

use super::after_exit::after_exit;

/// The port of the driver, which the first test that opens a browser starts.
static DRIVER: LazyLock<u16> = LazyLock::new(start_driver);

/// How often the driver is started before the tests give up.
const DRIVER_TRIES: usize = 10;

/// What keeps a headless browser to itself: no sandbox, which root cannot have, and no traffic of
/// its own.
const ARGUMENTS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
];

/// A browser with one window and an empty profile. Dropping it closes the browser, in a panic too.
///
/// A frame from another site has a process of its own, which the commands below do not reach; in a
/// browser opened with `--disable-site-isolation-trials` they do.
pub(crate) struct Browser(WebDriver);

impl Browser {
    /// Opens a window whose page is `width` by `height` CSS pixels, with `arguments` for Chromium.
    pub(crate) async fn open(width: u32, height: u32, arguments: &[&str]) -> Self {
        let mut wanted = DesiredCapabilities::chrome();
        for argument in ARGUMENTS.iter().chain(arguments) {
            wanted.add_arg(argument).expect("an argument is text");
        }
        let driver = format!("http://127.0.0.1:{}", *DRIVER);
        let browser = Self(
            WebDriver::new(driver, wanted)
                .await
                .expect("Chromium starts"),
        );
        // Chromium has no window narrower than 500 pixels, so it is the page that gets a size.
        browser.device(width, height, 1.0).await;
        browser
    }

    /// Shows the page on a screen of `width` by `height` CSS pixels, `scale` dots to each.
    pub(crate) async fn device(&self, width: u32, height: u32, scale: f64) {
        let screen =
            json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", screen)
            .await;
    }

    /// Makes the processor `rate` times slower for this page.
    pub(crate) async fn slow_processor(&self, rate: f64) {
        self.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": rate }))
            .await;
    }

    /// Delays every answer by `latency` milliseconds and carries `down` and `up` bytes a second.
    pub(crate) async fn slow_network(&self, latency: u32, down: u32, up: u32) {
        self.devtools("Network.enable", json!({})).await;
        let network = json!({
            "offline": false,
            "latency": latency,
            "downloadThroughput": down,
            "uploadThroughput": up,
        });
        self.devtools("Network.emulateNetworkConditions", network)
            .await;
    }

    /// Sends any command of the Chrome DevTools Protocol and gives its result.
    pub(crate) async fn devtools(&self, method: &str, parameters: Value) -> Value {
        self.0
            .cdp()
            .send_raw(method, parameters)
            .await
            .expect("Chromium carries out the command")
    }
}

impl Deref for Browser {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        &self.0
    }
}

impl Drop for Browser {
    /// Closes the session without `thirtyfour`, whose own way on a drop holds up a single-threaded
    /// test for two minutes.
    fn drop(&mut self) {
        if self.0.clone().leak().is_err() {
            return; // The test has called `quit` on its own.
        }
        let request = format!(
            "DELETE /session/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n",
            self.0.session_id()
        );
        // A browser that cannot be closed now goes with the driver; a panic would hide the test's.
        let _ = TcpStream::connect(("127.0.0.1", *DRIVER)).and_then(|mut driver| {
            driver.set_read_timeout(Some(Duration::from_secs(10)))?;
            driver.write_all(request.as_bytes())?;
            // Chromium is gone when the answer begins, and nobody closes the connection after it.
            driver.read(&mut [0; 512])
        });
    }
}

/// Starts `chromedriver` on a port that it chooses, and gives the port. It wants one port for both
/// kinds of addresses and gives up where that is taken, as it may be while thousands of connections
/// of other tests fade away; so it is asked again.
fn start_driver() -> u16 {
    (0..DRIVER_TRIES)
        .find_map(|_| try_driver())
        .expect("`chromedriver` finds a port and says which")
}

fn try_driver() -> Option<u16> {
    // The driver makes a profile for each session here, and takes it away again.
    let profiles = tempfile::Builder::new()
        .prefix("laurel-browser-")
        .tempdir()
        .expect("a temporary directory can be made")
        .keep();
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .env("TMPDIR", &profiles)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("`chromedriver` is installed");
    // The browsers are in the driver's process group; a moment later none of them writes any more.
    let profiles = profiles
        .to_str()
        .expect("the temporary directory has a plain name");
    after_exit(
        r#"kill -s KILL -- "-$1"; sleep 1; rm -rf "$2""#,
        &[&driver.id().to_string(), profiles],
    );

    let output = driver.stdout.as_mut().expect("its output was asked for");
    let port = BufReader::new(output)
        .lines()
        .map_while(Result::ok)
        .find_map(|line| {
            let port = line.strip_prefix("ChromeDriver was started successfully on port ")?;
            port.strip_suffix('.')?.parse().ok()
        });
    // Dropping it would close the pipe, and the driver may print more.
    std::mem::forget(driver);
    port
}
