use serde_json::{Value, json};

use super::*;
use crate::{
    model::{ChatId, Content, Stamp},
    protocol::{
        ErrorCode, GetServerInfo, PullTimeline, Push, ResyncReason, SendMessage, Sync, WireError,
    },
};

const LIMITS: FrameLimits = FrameLimits {
    bytes: 64 * 1024,
    depth: 16,
};

fn read(format: Format, frame: &[u8]) -> Result<Request, FrameFault> {
    decode_frame(format, &Bytes::copy_from_slice(frame), LIMITS)
}

fn json(frame: &str) -> Result<Request, FrameFault> {
    read(Format::Json, frame.as_bytes())
}

fn packed(frame: &Value) -> Result<Request, FrameFault> {
    read(
        Format::MessagePack,
        &rmp_serde::to_vec_named(frame).unwrap(),
    )
}

/// The same frame in both formats.
fn both(frame: &Value) -> [Result<Request, FrameFault>; 2] {
    [json(&frame.to_string()), packed(frame)]
}

/// A MessagePack envelope around hand-written params.
fn around(params: &[u8]) -> Vec<u8> {
    let mut frame = b"\x83\xa2id\x01\xa6method\xa4sync\xa6params".to_vec();
    frame.extend_from_slice(params);
    frame
}

#[test]
fn a_request_is_read_alike_from_both_formats() {
    let frame = json!({ "id": 7, "method": "message.send", "extra": [1], "params": {
        "chat": "c1", "client_id": "0123456789abcdef", "content": { "type": "text", "text": "你好" },
        "unknown": { "is": "ignored" } } });
    for request in both(&frame) {
        let request = request.unwrap();
        assert_eq!(
            (request.id, request.method),
            (7, Some(MethodName::MessageSend))
        );
        let params: SendMessage = request.params.decode().unwrap();
        assert_eq!(params.chat, ChatId::parse("c1").unwrap());
        assert_eq!(params.content, Content::text("你好"));
    }
}

#[test]
fn params_may_be_absent_when_nothing_is_needed() {
    for frame in [
        json!({ "id": 1, "method": "server.info" }),
        json!({ "id": 1, "method": "server.info", "params": null }),
    ] {
        for request in both(&frame) {
            assert_eq!(request.unwrap().params.decode(), Ok(GetServerInfo {}));
        }
    }
}

#[test]
fn a_method_nobody_knows_is_still_a_request() {
    for request in both(&json!({ "id": 1, "method": "no.such", "params": {} })) {
        assert_eq!(request.unwrap().method, None);
    }
}

#[test]
fn an_id_that_is_no_whole_number_below_2_to_the_53_is_malformed() {
    let largest = json!({ "id": (1_u64 << 53) - 1, "method": "sync" });
    assert!(both(&largest).iter().all(Result::is_ok));
    for id in [
        json!(1_u64 << 53),
        json!(-1),
        json!(1.5),
        json!(1.0),
        json!("1"),
        json!(null),
    ] {
        for request in both(&json!({ "id": id, "method": "sync", "params": {} })) {
            assert_eq!(request, Err(FrameFault::Malformed), "{id}");
        }
    }
}

#[test]
fn what_is_no_envelope_is_malformed() {
    for frame in [
        "",
        " ",
        "{",
        "[]",
        "[1,\"sync\",{}]",
        "nonsense",
        "{\"id\":1}",
        "{\"method\":\"sync\"}",
        "{\"id\":1,\"id\":2,\"method\":\"sync\"}",
        "{\"id\":1,\"method\":\"sync\",\"params\":{},\"params\":{}}",
        "{\"id\":1,\"method\":\"sync\"} {}",
        "{\"id\":1,\"method\":\"sync\"}x",
        "{\"id\":1,\"method\":7}",
    ] {
        assert_eq!(json(frame), Err(FrameFault::Malformed), "{frame}");
    }
    let good = rmp_serde::to_vec_named(&json!({ "id": 1, "method": "sync" })).unwrap();
    let trailing = [good.as_slice(), &[0xc0]].concat();
    let twice = b"\x83\xa2id\x01\xa2id\x01\xa6method\xa4sync".to_vec();
    for frame in [
        &b""[..],
        &trailing,
        &twice,
        &good[..good.len() - 1],
        b"\xc1",
        b"\x93\x01\x02\x03",
    ] {
        assert_eq!(
            read(Format::MessagePack, frame),
            Err(FrameFault::Malformed),
            "{frame:x?}"
        );
    }
}

#[test]
fn nesting_is_measured_before_anything_is_decoded() {
    let nested = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    // The envelope and the params are two levels.
    for (depth, fits) in [(14, true), (15, false)] {
        let frame = json!({ "id": 1, "method": "sync", "params": { "x": nested(depth) } });
        for request in both(&frame) {
            assert_eq!(request.is_ok(), fits, "{depth}");
        }
    }
    let brackets_in_text =
        json!({ "id": 1, "method": "sync", "params": { "x": "[\\\"[".repeat(50) } });
    assert!(both(&brackets_in_text).iter().all(Result::is_ok));
    assert_eq!(json(&"[".repeat(10_000)), Err(FrameFault::TooDeep));
    assert_eq!(
        read(Format::MessagePack, &around(&[0x91; 10_000])),
        Err(FrameFault::TooDeep)
    );
}

#[test]
fn declared_lengths_are_held_against_the_bytes_that_are_there() {
    for lie in [
        &b"\xdd\xff\xff\xff\xff"[..],
        b"\xdf\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\xc9\xff\xff\xff\xff",
        &b"\xdc\xff\xff".repeat(10),
        b"\xdc\x00\x03\x01\x02",
    ] {
        assert_eq!(
            read(Format::MessagePack, &around(lie)),
            Err(FrameFault::Malformed),
            "{lie:x?}"
        );
    }
    let map_that_lies = b"\xdf\xff\xff\xff\xff\xa2id\x01";
    assert_eq!(
        read(Format::MessagePack, map_that_lies),
        Err(FrameFault::Malformed)
    );
}

#[test]
fn a_frame_with_more_bytes_than_allowed_is_too_large() {
    let frame = Bytes::from(format!("{{\"id\":1,\"method\":\"{}\"}}", "x".repeat(100)));
    let limits = |bytes| FrameLimits { bytes, depth: 16 };
    assert!(decode_frame(Format::Json, &frame, limits(frame.len())).is_ok());
    assert_eq!(
        decode_frame(Format::Json, &frame, limits(frame.len() - 1)),
        Err(FrameFault::TooLarge)
    );
}

#[test]
fn a_mistake_in_the_params_names_its_field() {
    let cases = [
        (json!({ "limit": 5 }), "chat"),
        (json!({ "chat": "c1" }), "limit"),
        (json!({ "chat": "c1", "limit": "many" }), "limit"),
        (json!({ "chat": "c1", "limit": -1 }), "limit"),
        (json!({ "chat": 7, "limit": 5 }), "chat"),
        (
            json!({ "chat": "c1", "limit": 5, "after": 1_u64 << 53 }),
            "after",
        ),
        (json!([]), "params"),
        (json!("x".repeat(1000)), "params"),
    ];
    for (params, field) in cases {
        for request in both(&json!({ "id": 1, "method": "timeline.pull", "params": params })) {
            let error = request
                .unwrap()
                .params
                .decode::<PullTimeline>()
                .unwrap_err();
            assert_eq!(error.code, ErrorCode::BadRequest);
            assert_eq!(
                error.field.as_deref(),
                Some(field),
                "{params} {}",
                error.message
            );
            assert!(error.message.len() <= 200);
        }
    }
}

#[test]
fn a_mistake_deep_in_the_params_names_the_whole_path() {
    let send = |content| {
        json!({ "id": 1, "method": "message.send", "params": {
            "chat": "c1", "client_id": "0123456789abcdef", "content": content } })
    };
    for (content, field) in [
        (json!({ "type": "text" }), "content.text"),
        (json!({}), "content.type"),
    ] {
        for request in both(&send(content)) {
            let error = request.unwrap().params.decode::<SendMessage>().unwrap_err();
            assert_eq!(error.field.as_deref(), Some(field));
        }
    }
    let sync = json!({ "id": 1, "method": "sync", "params": { "chats": [{ "chat": "c", "epoch": "e" }] } });
    for request in both(&sync) {
        let error = request.unwrap().params.decode::<Sync>().unwrap_err();
        assert_eq!(error.field.as_deref(), Some("chats[0].after"));
    }
}

#[test]
fn odd_numbers_in_content_break_nothing() {
    let nan = b"\x83\xa4chat\xa1c\xa9client_id\xb00123456789abcdef\xa7content\x83\xa4type\xa1x\
        \xa1a\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00\xa1b\xcf\xff\xff\xff\xff\xff\xff\xff\xff";
    let request = read(Format::MessagePack, &around(nan)).unwrap();
    assert!(request.params.decode::<SendMessage>().is_ok());
    let huge = r#"{"id":1,"method":"message.send","params":{"chat":"c","client_id":"0123456789abcdef",
        "content":{"type":"x","a":1e400,"b":123456789012345678901234567890}}}"#;
    let error = json(huge)
        .unwrap()
        .params
        .decode::<SendMessage>()
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::BadRequest);
}

#[test]
fn text_that_is_not_utf8_is_a_mistake_in_the_params() {
    let request = read(Format::MessagePack, &around(b"\x81\xa3log\xa2\xff\xfe")).unwrap();
    assert!(request.params.decode::<Sync>().is_err());
}

#[test]
fn replies_and_pushes_say_the_same_in_both_formats() {
    let error = WireError::new(ErrorCode::NotFound, "not found");
    let push = Push::Resync {
        reason: ResyncReason::Slow,
        chat: None,
    };
    let cases = [
        (
            Format::Json,
            encode_reply(Format::Json, 3, Ok(&Stamp::from_micros(5))),
        ),
        (
            Format::MessagePack,
            encode_reply(Format::MessagePack, 3, Ok(&Stamp::from_micros(5))),
        ),
    ];
    for (format, bytes) in cases {
        assert_eq!(value(format, &bytes), json!({ "id": 3, "ok": 5 }));
        let failure = encode_reply::<()>(format, 4, Err(&error));
        assert_eq!(value(format, &failure)["error"]["code"], "not_found");
        let pushed = value(format, &encode_push(format, &push));
        assert_eq!(
            pushed,
            json!({ "push": "resync", "data": { "reason": "slow" } })
        );
    }
}

fn value(format: Format, bytes: &[u8]) -> Value {
    match format {
        Format::Json => serde_json::from_slice(bytes).unwrap(),
        Format::MessagePack => rmp_serde::from_slice(bytes).unwrap(),
    }
}
