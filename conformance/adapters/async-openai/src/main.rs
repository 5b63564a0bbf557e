//! The adapter of async-openai: its real client against a URL, its payload types back into JSON.
//!
//! What the stream yields becomes the reply, one for one: `Ok` is an event, an error that leaves the
//! stream open is an unknown or an invalid event, and the stream's end is all that its user is told.
#![allow(deprecated)] // the whole API is, in the last version that has it

use std::io::{self, BufRead, Write};
use std::time::Duration;

use async_openai::config::OpenAIConfig;
use async_openai::error::{ApiError, OpenAIError, StreamError};
use async_openai::middleware::ReqwestService;
use async_openai::traits::EventType;
use async_openai::types::assistants::{AssistantStreamEvent, CreateRunRequest};
use async_openai::Client;
use futures::StreamExt;
use serde_json::{json, Value};

const FEATURES: [&str; 2] = ["resume", "unknown-events"];
const TIMEOUT: Duration = Duration::from_secs(10);

fn main() -> io::Result<()> {
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("panicked: {}", panic.payload_as_str().unwrap_or_default());
    }));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let http = reqwest::Client::builder()
        .no_proxy()
        .timeout(TIMEOUT)
        .build()
        .expect("a client");
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let answer = match request["cmd"].as_str() {
            Some("start") => json!({
                "name": "async-openai",
                "version": "0.41.3",
                "language": "rust",
                "features": FEATURES,
                "transport": "http",
            }),
            Some("run") => runtime.block_on(run(&http, &request)),
            _ => break,
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

/// The reply to a run: one streaming request, read to its end.
async fn run(http: &reqwest::Client, request: &Value) -> Value {
    let base = format!("{}/v1", request["url"].as_str().unwrap_or_default());
    let config = OpenAIConfig::new()
        .with_api_base(base)
        .with_api_key("threadwire");
    let client = Client::with_config(config) // the bare service: no retries
        .with_http_service(ReqwestService::new(http.clone()));
    let wanted = CreateRunRequest {
        assistant_id: "asst_1".into(),
        ..Default::default()
    };
    let thread_id = request["thread_id"].as_str().unwrap_or_default();
    let mut events = Vec::new();
    let mut error = None;
    match client.threads().runs(thread_id).create_stream(wanted).await {
        Err(refused) => error = Some(told(&refused)),
        Ok(mut stream) => {
            while let Some(item) = stream.next().await {
                match item {
                    Ok(event) => {
                        events.push(json!({"event": event.event_type(), "data": payload(&event)}))
                    }
                    // It does not say which event that was, and the stream goes on.
                    Err(OpenAIError::JSONDeserialize(reason, _)) => events.push(json!({
                        "event": "",
                        "invalid": true,
                        "class": "payload",
                        "message": reason.to_string(),
                    })),
                    Err(OpenAIError::StreamError(e)) if is_unknown(&e) => {
                        events.extend(unknown(*e));
                    }
                    Err(refused) => error = Some(told(&refused)),
                }
            }
        }
    }
    let end = if error.is_some() { "error" } else { "done" };
    json!({"seq": request["seq"], "events": events, "end": end, "error": error})
}

fn is_unknown(error: &StreamError) -> bool {
    matches!(error, StreamError::UnknownEvent(_))
}

fn unknown(error: StreamError) -> Option<Value> {
    match error {
        StreamError::UnknownEvent(event) => {
            Some(json!({"event": event.event, "unknown": true, "raw": event.data}))
        }
        StreamError::EventStream(_) => None,
    }
}

fn told(error: &OpenAIError) -> Value {
    match error {
        OpenAIError::ApiError(response) => {
            let ApiError {
                message,
                r#type,
                param,
                code,
            } = &response.api_error;
            json!({"class": "server", "message": message, "type": r#type, "param": param, "code": code})
        }
        OpenAIError::JSONDeserialize(..) => {
            json!({"class": "payload", "message": error.to_string()})
        }
        _ => json!({"class": "other", "message": error.to_string()}),
    }
}

/// The payload, as its type writes it.
fn payload(event: &AssistantStreamEvent) -> Value {
    use AssistantStreamEvent::*;
    let written = match event {
        ThreadCreated(thread) => serde_json::to_value(thread),
        ThreadRunCreated(run)
        | ThreadRunQueued(run)
        | ThreadRunInProgress(run)
        | ThreadRunRequiresAction(run)
        | ThreadRunCompleted(run)
        | ThreadRunIncomplete(run)
        | ThreadRunFailed(run)
        | ThreadRunCancelling(run)
        | ThreadRunCancelled(run)
        | ThreadRunExpired(run) => serde_json::to_value(run),
        ThreadRunStepCreated(step)
        | ThreadRunStepInProgress(step)
        | ThreadRunStepCompleted(step)
        | ThreadRunStepFailed(step)
        | ThreadRunStepCancelled(step)
        | ThreadRunStepExpired(step) => serde_json::to_value(step),
        ThreadRunStepDelta(delta) => serde_json::to_value(delta),
        ThreadMessageCreated(message)
        | ThreadMessageInProgress(message)
        | ThreadMessageCompleted(message)
        | ThreadMessageIncomplete(message) => serde_json::to_value(message),
        ThreadMessageDelta(delta) => serde_json::to_value(delta),
        ErrorEvent(error) => serde_json::to_value(error),
        Done(text) => serde_json::to_value(text),
    };
    written.expect("a payload that was read can be written")
}
