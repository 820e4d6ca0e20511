//! The page's files, from one folder: nothing outside it, no links, no hidden files. Names that carry a hash are cached
//! for ever; the page itself is asked for each time and answered by its own hash.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

/// No file of the page is larger.
const LARGEST: u64 = 32 << 20;

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Axion</title><h1>The workbench is not built yet</h1>\
<p>Axion runs, but the files of its page are missing. Run <code>npm start</code> in the repository, or install Axion again.</p></html>";

/// Answers a GET for a file of the page.
pub async fn page(root: &Path, uri: &Uri, headers: &HeaderMap) -> Response {
    let Some(name) = file_name(uri.path()) else { return StatusCode::NOT_FOUND.into_response() };
    match read(root.join(&name)).await {
        Ok(bytes) => found(&name, bytes, headers),
        Err(_) if name == "index.html" => {
            (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], NOT_BUILT).into_response()
        }
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The file that a path means, relative to the folder; a path without an extension is a place inside the page.
fn file_name(path: &str) -> Option<String> {
    let path = path.strip_prefix('/')?;
    let plain = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    };
    if path.is_empty() {
        return Some("index.html".into());
    }
    if !path.split('/').all(plain) {
        return None;
    }
    let last = path.rsplit('/').next().unwrap_or(path);
    Some(if last.contains('.') { path.to_owned() } else { "index.html".into() })
}

async fn read(path: PathBuf) -> std::io::Result<Vec<u8>> {
    let known = tokio::fs::symlink_metadata(&path).await?;
    if !known.is_file() || known.len() > LARGEST {
        return Err(std::io::Error::other("not a file of the page"));
    }
    tokio::fs::read(path).await
}

fn found(name: &str, bytes: Vec<u8>, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", axion_core::hash::sha256(&bytes));
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|have| have.as_bytes() == tag.as_bytes());
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { Response::new(Body::from(bytes)) };
    let out = response.headers_mut();
    if !known {
        out.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
    }
    let keep = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    response
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(root: &Path, path: &str) -> (u16, HeaderMap) {
        let response = page(root, &path.parse().unwrap(), &HeaderMap::new()).await;
        (response.status().as_u16(), response.headers().clone())
    }

    #[tokio::test]
    async fn only_plain_files_of_the_folder_are_served() {
        let dir = tempfile::tempdir().unwrap();
        let web = dir.path().join("web");
        std::fs::create_dir_all(web.join("assets")).unwrap();
        std::fs::write(dir.path().join("secret.txt"), "s").unwrap();
        std::fs::write(web.join("index.html"), "<!doctype html>").unwrap();
        std::fs::write(web.join(".env"), "s").unwrap();
        std::fs::write(web.join("assets/app-1a2b.js"), "1").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(dir.path().join("secret.txt"), web.join("link.txt")).unwrap();
        for path in
            ["/../secret.txt", "/%2e%2e/secret.txt", "/.env", "/link.txt", "/none.js", "//secret.txt", "/assets/..%2f..%2fsecret.txt"]
        {
            assert_eq!(get(&web, path).await.0, 404, "{path}");
        }
        for path in ["/", "/index.html", "/runs/r1"] {
            let (status, headers) = get(&web, path).await;
            assert_eq!((status, headers[header::CACHE_CONTROL].to_str().unwrap()), (200, "no-cache"), "{path}");
        }
        let (status, headers) = get(&web, "/assets/app-1a2b.js").await;
        assert_eq!(status, 200);
        assert!(headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert_eq!(headers[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
    }

    #[tokio::test]
    async fn what_the_browser_has_is_not_sent_again() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("index.html"), "<!doctype html>").unwrap();
        let (_, headers) = get(dir.path(), "/").await;
        let mut again = HeaderMap::new();
        again.insert(header::IF_NONE_MATCH, headers[header::ETAG].clone());
        assert_eq!(page(dir.path(), &"/".parse().unwrap(), &again).await.status(), 304);
    }

    #[tokio::test]
    async fn a_missing_page_says_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(get(dir.path(), "/").await.0, 503);
    }
}
