//! The adapter of eventsource-stream: it makes the frames, serde_json reads the payloads.

use std::convert::Infallible;
use std::io::{self, BufRead, Write};

use base64::prelude::{Engine, BASE64_STANDARD};
use eventsource_stream::EventStream;
use futures::{executor::block_on, stream, StreamExt};
use serde_json::{json, Value};

// What serde_json and the library's user get for nothing; a panic of the library is left alone.
const FEATURES: [&str; 6] = [
    "resume",
    "unknown-events",
    "unknown-members",
    "presence",
    "big-integers",
    "last-event-id",
];

fn main() -> io::Result<()> {
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("panicked: {}", panic.payload_as_str().unwrap_or_default());
    }));
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let answer = match request["cmd"].as_str() {
            Some("start") => json!({
                "name": "eventsource-stream",
                "version": "0.2.3",
                "language": "rust",
                "features": FEATURES,
            }),
            Some("run") => block_on(run(&request)),
            _ => break,
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

/// The reply to a stream in chunks.
async fn run(request: &Value) -> Value {
    let chunks = request["chunks"].as_array().into_iter().flatten();
    let chunks: Vec<Result<Vec<u8>, Infallible>> = chunks
        .map(|chunk| {
            Ok(BASE64_STANDARD
                .decode(chunk.as_str().unwrap_or_default())
                .unwrap())
        })
        .collect();
    let mut frames = EventStream::new(stream::iter(chunks));
    let (mut events, mut end, mut error) = (Vec::new(), "eof", None);
    while let Some(frame) = frames.next().await {
        match frame {
            Ok(frame) if frame.event == "done" => {
                end = "done";
                break;
            }
            Ok(frame) => events.push(read(&frame.event, &frame.data)),
            Err(refused) => {
                end = "error";
                error = Some(json!({"class": "other", "message": refused.to_string()}));
                break;
            }
        }
    }
    json!({
        "seq": request["seq"],
        "events": events,
        "end": end,
        "error": error,
        "last_event_id": frames.last_event_id(),
    })
}

/// A frame as an event.  Names of another family are no business of this stream's reader.
fn read(name: &str, data: &str) -> Value {
    if !name.starts_with("thread.") && name != "error" {
        return json!({"event": name, "unknown": true, "raw": data});
    }
    match serde_json::from_str::<Value>(data) {
        Ok(value) => json!({"event": name, "data": value, "raw": data}),
        Err(reason) => json!({"event": name, "invalid": true, "message": reason.to_string()}),
    }
}
