//! The web client, from inside the binary.

use axum::{
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};

/// What pages may do: everything from here and nothing from elsewhere.
const POLICY: &str = "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; \
    media-src 'self' blob:; object-src 'none'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// Shown by a program that was built without the web client.
#[cfg(not(feature = "web"))]
const WITHOUT: &str = "This server was built without its web client.\n";
#[cfg(feature = "web")]
const WITHOUT: &str = "The web client is not built. Run `make build`.\n";

#[cfg(feature = "web")]
#[derive(rust_embed::RustEmbed)]
#[folder = "web/app/dist/"]
#[allow_missing = true]
struct Files;

/// One file of the web client.
struct File {
    content: std::borrow::Cow<'static, [u8]>,
    hash: [u8; 32],
}

#[cfg(feature = "web")]
fn file(path: &str) -> Option<File> {
    let file = Files::get(path)?;
    Some(File {
        hash: file.metadata.sha256_hash(),
        content: file.data,
    })
}

#[cfg(not(feature = "web"))]
fn file(_path: &str) -> Option<File> {
    None
}

/// Answers whatever no other route wants: a file, or the application for paths that belong to it.
pub(super) async fn page(method: Method, uri: axum::http::Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return with_policy(StatusCode::METHOD_NOT_ALLOWED.into_response());
    }
    let path = uri.path().trim_start_matches('/');
    let name = if path.is_empty() { "index.html" } else { path };
    let found = file(name).map(|file| answer(name, file, &headers));
    let response = found.unwrap_or_else(|| application(name, &headers));
    with_policy(response)
}

/// A path without an ending names a view of the application; anything else is not there.
fn application(name: &str, headers: &HeaderMap) -> Response {
    let is_view = !name
        .rsplit('/')
        .next()
        .is_some_and(|last| last.contains('.'));
    let is_root = name == "index.html";
    match file("index.html") {
        Some(index) if is_view => answer("index.html", index, headers),
        None if is_view || is_root => (StatusCode::NOT_FOUND, WITHOUT).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn answer(name: &str, file: File, headers: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", data_encoding::HEXLOWER.encode(&file.hash[..16]));
    let fresh = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|known| known.split(',').any(|one| one.trim() == etag));
    // Names of built assets hold a hash of their content: another content has another name.
    let caching = if name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let about = [
        (header::ETAG, etag),
        (header::CACHE_CONTROL, caching.to_owned()),
        (header::CONTENT_TYPE, content_type(name).to_owned()),
    ];
    if fresh {
        (StatusCode::NOT_MODIFIED, about).into_response()
    } else {
        (about, axum::body::Bytes::from(file.content.into_owned())).into_response()
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        Some("mp3") => "audio/mpeg",
        Some("ogg") => "audio/ogg",
        Some("wasm") => "application/wasm",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Adds what keeps a page from being turned against its user.
fn with_policy(mut response: Response) -> Response {
    let rules = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, rule) in rules {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(rule));
    }
    response
}
