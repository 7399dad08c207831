//! Bad input: each kind has its answer or its close code, and nobody else notices.

use curlew::{
    model::{ChatId, ClientId, Content},
    protocol::{self as p, ErrorCode, Outcome, Retry},
};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Error, Message, http::StatusCode};

use crate::support::{
    Client, Format, Person, Server, fresh_client_id,
    people::{PASSWORD, connect, login, registration, text_message, text_of},
};

const PROTOCOL: Option<u16> = Some(1002);
const NOT_UTF8: Option<u16> = Some(1007);
const TOO_LARGE: Option<u16> = Some(1009);
const HANDSHAKE_TIMEOUT: Option<u16> = Some(4001);

/// Two people with a chat, who must not notice what others do.
struct Bystanders {
    ann: Person,
    bob: Person,
    chat: ChatId,
}

impl Bystanders {
    async fn on(server: &Server) -> Self {
        let ann = Person::new(server, "bystander-ann").await;
        let bob = Person::speaking(server, "bystander-bob", Format::MessagePack).await;
        let chat = ann.direct(&bob).await;
        Self { ann, bob, chat }
    }

    async fn notice_nothing(&self) {
        let sent = self.ann.say(&self.chat, "all quiet?").await;
        assert_eq!(self.bob.next_message(&self.chat).await.stamp, sent.stamp);
    }
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(json!(1), |inner, _| json!([inner]))
}

fn request(params: &Value) -> Value {
    json!({ "id": 1, "method": "server.info", "params": params })
}

#[tokio::test]
async fn frame_that_is_too_large_closes_the_connection() {
    let server = Server::start().await;
    let others = Bystanders::on(&server).await;
    for format in Format::ALL {
        let stranger = connect(&server, format).await;
        stranger
            .send(format.frame(&request(&json!({ "x": "y".repeat(4 * 1024) }))))
            .await;
        assert_eq!(
            stranger.closed().await.code,
            TOO_LARGE,
            "4 KiB before authentication"
        );

        let name = format!("member-{format:?}").to_lowercase();
        let member = Person::speaking(&server, &name, format).await;
        let fits = json!({ "x": "y".repeat(60 * 1024) });
        member.call_with("server.info", &fits).await.unwrap();
        member
            .send(format.frame(&request(&json!({ "x": "y".repeat(64 * 1024) }))))
            .await;
        assert_eq!(member.closed().await.code, TOO_LARGE, "64 KiB after it");
    }
    others.notice_nothing().await;
}

#[tokio::test]
async fn frame_that_is_nested_too_deep_closes_the_connection() {
    let server = Server::start().await;
    let others = Bystanders::on(&server).await;
    for format in Format::ALL {
        let client = connect(&server, format).await;
        client
            .call_with("server.info", &json!({ "x": nested(10) }))
            .await
            .unwrap();
        client
            .send(format.frame(&request(&json!({ "x": nested(20) }))))
            .await;
        assert_eq!(client.closed().await.code, PROTOCOL);
    }
    let brackets = "[".repeat(4_000);
    let packed = vec![0x91; 4_000];
    for frame in [Message::text(brackets), Message::binary(packed)] {
        let client = connect(&server, Format::Json).await;
        client.send(frame).await;
        assert_eq!(client.closed().await.code, PROTOCOL);
    }
    others.notice_nothing().await;
}

#[tokio::test]
async fn frame_that_is_no_request_closes_the_connection() {
    let server = Server::start().await;
    let others = Bystanders::on(&server).await;
    let texts = [
        "",
        "x",
        "{",
        "null",
        "[]",
        "1",
        "\"text\"",
        "{}",
        r#"{"id":1}"#,
        r#"{"method":"server.info"}"#,
        r#"{"id":-1,"method":"server.info"}"#,
        r#"{"id":1.5,"method":"server.info"}"#,
        r#"{"id":"1","method":"server.info"}"#,
        r#"{"id":9007199254740992,"method":"server.info"}"#,
        r#"{"id":1,"method":7}"#,
        r#"{"id":1,"method":"server.info"} trailing"#,
        r#"{"id":1,"method":"server.info","params":{"a":}}"#,
    ];
    let packed: [&[u8]; 9] = [
        b"",
        b"\xc1",
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\x81\xa2id",
        b"\x93\x01\xabserver.info\x80",
        b"\x82\xa2id\x01\xa6method\xdb\xff\xff\xff\xff",
        b"\xc7\xff\x01",
    ];
    let texts = texts.map(Message::text);
    let frames = texts
        .into_iter()
        .chain(packed.map(|bytes| Message::binary(bytes.to_vec())));
    for frame in frames {
        let client = connect(&server, Format::Json).await;
        client.send(frame.clone()).await;
        assert_eq!(client.closed().await.code, PROTOCOL, "{frame:?}");
    }
    others.notice_nothing().await;
}

#[tokio::test]
async fn text_frame_that_is_not_utf8_closes_the_connection() {
    let server = Server::start().await;
    let others = Bystanders::on(&server).await;
    for bytes in [
        &b"\xff"[..],
        b"{\"id\":1,\"method\":\"\xc3\x28\"}",
        b"\xed\xa0\x80",
    ] {
        let client = connect(&server, Format::Json).await;
        client.send_text_bytes(bytes).await;
        assert_eq!(client.closed().await.code, NOT_UTF8, "{bytes:?}");
    }
    others.notice_nothing().await;
}

#[tokio::test]
async fn wrong_and_missing_params_are_named_and_the_connection_stays() {
    let server = Server::start().await;
    for format in Format::ALL {
        let name = format!("ann-{format:?}").to_lowercase();
        let ann = Person::speaking(&server, &name, format).await;
        let chat = ann.direct(&ann).await;
        let id = fresh_client_id();
        let text = json!({ "type": "text", "text": "x" });
        let cases = [
            (
                "message.send",
                json!({ "client_id": id, "content": text }),
                "chat",
            ),
            (
                "message.send",
                json!({ "chat": chat, "content": text }),
                "client_id",
            ),
            (
                "message.send",
                json!({ "chat": chat, "client_id": id }),
                "content",
            ),
            (
                "message.send",
                json!({ "chat": 7, "client_id": id, "content": text }),
                "chat",
            ),
            (
                "message.send",
                json!({ "chat": chat, "client_id": ["a"], "content": text }),
                "client_id",
            ),
            (
                "message.send",
                json!({ "chat": chat, "client_id": id, "content": text, "mentions": "x" }),
                "mentions",
            ),
            ("timeline.pull", json!({ "chat": chat }), "limit"),
            (
                "timeline.pull",
                json!({ "chat": chat, "limit": "ten" }),
                "limit",
            ),
            (
                "timeline.pull",
                json!({ "chat": chat, "limit": 10, "after": -1 }),
                "after",
            ),
            (
                "timeline.pull",
                json!({ "chat": chat, "limit": 10, "after": 1_u64 << 53 }),
                "after",
            ),
            ("read.mark", json!({ "chat": chat }), "stamp"),
            ("read.mark", json!({ "chat": chat, "stamp": 1.5 }), "stamp"),
            (
                "chat.create",
                json!({ "kind": "club", "members": [], "client_id": id }),
                "kind",
            ),
            (
                "chat.create",
                json!({ "kind": "group", "members": "ann", "client_id": id }),
                "members",
            ),
            ("session.end", json!({}), "id"),
            ("sync", json!({ "chats": 5 }), "chats"),
        ];
        for (method, params, field) in cases {
            let refused = ann.call_with(method, &params).await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::BadRequest, "{method} {params}");
            assert_eq!(
                (refused.retry, refused.outcome),
                (Retry::Never, Outcome::None)
            );
            assert_eq!(
                refused.field.as_deref(),
                Some(field),
                "{format:?} {method} {params}"
            );
        }
        for params in [json!(null), json!([]), json!("x"), json!(1)] {
            let refused = ann.call_with("message.send", &params).await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::BadRequest, "{params}");
        }
        let unknown = json!({ "chat": chat, "limit": 1, "surprise": { "a": [1] } });
        ann.call_with("timeline.pull", &unknown)
            .await
            .expect("unknown fields are ignored");
    }
}

#[tokio::test]
async fn unknown_method_and_request_before_authentication_are_answered() {
    let server = Server::start().await;
    for format in Format::ALL {
        let client = connect(&server, format).await;
        for method in ["message.send", "sync", "session.list", "timeline.pull"] {
            let refused = client.call_with(method, &json!({})).await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::Unauthorized, "{method}");
        }
        client.call_with("server.info", &json!({})).await.unwrap();
        let name = format!("ann-{format:?}").to_lowercase();
        let ann = Person::speaking(&server, &name, format).await;
        for method in [
            "",
            "message",
            "message.send ",
            "MESSAGE.SEND",
            "\0",
            "x.y",
            "消息",
        ] {
            let refused = ann.call_with(method, &json!({})).await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::UnknownMethod, "{method:?}");
        }
    }
}

#[tokio::test]
async fn connection_that_never_authenticates_is_closed_at_the_deadline() {
    let server = Server::with(&["gateway.authentication_timeout=300ms"]).await;
    let silent = connect(&server, Format::Json).await;
    let busy = connect(&server, Format::MessagePack).await;
    busy.call(p::GetServerInfo {}).await.unwrap();
    let ann = Person::new(&server, "ann").await;
    assert_eq!(silent.closed().await.code, HANDSHAKE_TIMEOUT);
    assert_eq!(busy.closed().await.code, HANDSHAKE_TIMEOUT);
    ann.call(p::ListSessions {})
        .await
        .expect("who authenticated stays");
}

#[tokio::test]
async fn empty_and_oversize_texts_are_refused_and_nothing_is_stored() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let chat = ann.direct(&ann).await;
    for (text, code) in [
        (String::new(), ErrorCode::BadRequest),
        (" \n\t ".to_owned(), ErrorCode::BadRequest),
        ("x".repeat(16 * 1024 + 1), ErrorCode::TooLarge),
        ("漢".repeat(5_462), ErrorCode::TooLarge),
    ] {
        let refused = ann.call(text_message(&chat, &text)).await.unwrap_err();
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            (code, Some("content.text")),
            "{} bytes",
            text.len()
        );
    }
    let deep: Content = serde_json::from_value(json!({ "type": "x", "a": nested(9) })).unwrap();
    let system = json!({ "type": "system", "event": "left", "actor": ann.id() });
    for content in [deep, serde_json::from_value(system).unwrap()] {
        let message = p::SendMessage {
            content,
            ..text_message(&chat, "")
        };
        let refused = ann.call(message).await.unwrap_err();
        assert!(
            matches!(refused.code, ErrorCode::BadRequest | ErrorCode::TooLarge),
            "{refused:?}"
        );
    }
    assert_eq!(ann.texts(&chat).await, [""; 0]);
}

#[tokio::test]
async fn client_ids_out_of_their_alphabet_are_refused() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let chat = ann.direct(&ann).await;
    let long = "x".repeat(65);
    for bad in [
        "",
        "short",
        "with space 0123456789",
        "{c:x}:head-0123456789",
        "ünïcödé-0123456789",
        "a\r\nb-0123456789abc",
        &long,
    ] {
        let params =
            json!({ "chat": chat, "client_id": bad, "content": { "type": "text", "text": "x" } });
        let refused = ann.call_with("message.send", &params).await.unwrap_err();
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            (ErrorCode::BadRequest, Some("client_id")),
            "{bad:?}"
        );
    }
    let absent = p::SendMessage {
        client_id: ClientId::absent(),
        ..text_message(&chat, "x")
    };
    assert_eq!(
        ann.call(absent).await.unwrap_err().code,
        ErrorCode::BadRequest
    );
}

#[tokio::test]
async fn names_with_control_characters_and_bad_passwords_are_refused() {
    let server = Server::start().await;
    let client = connect(&server, Format::MessagePack).await;
    let long = "x".repeat(33);
    for bad in [
        "",
        "ab",
        "a b c",
        "a\0b",
        "line\nbreak",
        "ünïcödé",
        "\u{202e}ann",
        "../../x",
        "a{b}c",
        &long,
    ] {
        let refused = client.call(registration(bad)).await.unwrap_err();
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            (ErrorCode::BadRequest, Some("username")),
            "{bad:?}"
        );
        let unknown = client.call(login(bad, PASSWORD)).await.unwrap_err();
        assert_eq!(unknown.code, ErrorCode::Unauthorized, "{bad:?}");
    }
    for bad in ["", "short", "password", "12345678", &"x".repeat(257)] {
        let refused = p::Register {
            password: bad.to_owned(),
            ..registration("ann")
        };
        let refused = client.call(refused).await.unwrap_err();
        let bad_password = matches!(refused.code, ErrorCode::BadRequest | ErrorCode::TooLarge);
        assert!(
            bad_password && refused.field.as_deref() == Some("password"),
            "{bad:?}: {refused:?}"
        );
    }
    for bad in ["", "a\0b", "a\u{1b}[31mb", "a\nb", &"x".repeat(65)] {
        let refused = p::Register {
            display_name: Some(bad.to_owned()),
            ..registration("ann")
        };
        let refused = client.call(refused).await.unwrap_err();
        let bad_name = matches!(refused.code, ErrorCode::BadRequest | ErrorCode::TooLarge);
        assert!(
            bad_name && refused.field.as_deref() == Some("display_name"),
            "{bad:?}: {refused:?}"
        );
    }
    client
        .call(registration("ann"))
        .await
        .expect("the name is still free");
}

#[tokio::test]
async fn id_that_is_still_in_flight_is_refused_and_the_first_answered() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let chat = ann.direct(&ann).await;
    let laptop = ann.device(&server, Format::MessagePack).await;
    let mut refused = 0;
    for round in 0..20 {
        let id = 1_000_000 + round;
        let [first, second] =
            ["first", "second"].map(|text| json!(text_message(&chat, &format!("{text} {round}"))));
        let frame = json!({ "id": id, "method": "message.send", "params": first });
        ann.send(Format::Json.frame(&frame)).await;
        // Either the refusal of the second, or, when that was slow, the reply to the first.
        let answer = ann.reply_to(id, "message.send", &second).await;
        let answer = answer.to_text().unwrap();
        if answer.contains("error") {
            assert!(
                answer.contains("bad_request") && answer.contains(r#""field":"id""#),
                "{answer}"
            );
            refused += 1;
        }
        let stored = laptop.next_message(&chat).await;
        assert_eq!(text_of(&stored), Some(format!("first {round}").as_str()));
        // A second that found the first answered is a request like any other.
        if !answer.contains("error") {
            laptop.next_message(&chat).await;
        }
    }
    assert!(refused > 0, "no two of them ever met");
}

#[tokio::test]
async fn sends_beyond_the_limit_are_told_when_to_come_back() {
    let server = Server::with(&["limits.sends_per_second=1", "limits.sends_burst=5"]).await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let chat = ann.direct(&bob).await;
    let mut stored = 0;
    let refused = loop {
        match ann.call(text_message(&chat, "x")).await {
            Ok(_) => stored += 1,
            Err(refused) => break refused,
        }
        assert!(stored < 50, "never limited");
    };
    assert_eq!(
        (refused.code, refused.retry),
        (ErrorCode::RateLimited, Retry::Later)
    );
    assert_eq!(refused.outcome, Outcome::None);
    assert!(
        refused
            .retry_after_ms
            .is_some_and(|ms| (1..=10_000).contains(&ms)),
        "{refused:?}"
    );
    bob.say(&chat, "others may go on").await;
    assert_eq!(bob.texts(&chat).await.len(), stored + 1);
}

#[tokio::test]
async fn pages_of_other_origins_may_not_connect() {
    let server = Server::with(&["server.origins=[\"https://chat.example.org\"]"]).await;
    let own = format!("http://{}", server.address());
    for good in [own.as_str(), "https://chat.example.org"] {
        let client = Client::connect_from(&server.url(), Format::Json, Some(good)).await;
        client.unwrap().call(p::GetServerInfo {}).await.unwrap();
    }
    let near = format!("{own}0");
    for bad in [
        "https://evil.example",
        "null",
        "https://chat.example.org.evil.example",
        "http://chat.example.org",
        &near,
    ] {
        match Client::connect_from(&server.url(), Format::Json, Some(bad)).await {
            Err(Error::Http(answer)) => assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{bad}"),
            other => panic!("{bad}: {:?}", other.err()),
        }
    }
}

#[tokio::test]
async fn flood_of_bad_frames_leaves_memory_flat_and_others_alone() {
    let server = Server::start().await;
    let others = Bystanders::on(&server).await;
    let mallory = Person::speaking(&server, "mallory", Format::MessagePack).await;
    let chat = mallory.direct(&mallory).await;
    let bombs: Vec<Vec<u8>> = vec![
        vec![0x91; 4_000],
        b"\xdd\xff\xff\xff\xff".repeat(800),
        b"\xdc\xff\xff".repeat(1_300),
        b"\xdf\x7f\xff\xff\xff\xa1a".repeat(500),
        b"\xc6\xff\xff\xff\xff".to_vec(),
    ];
    let params = json!({ "chat": chat, "limit": 1, "x": "y".repeat(50_000) });
    let mut before = 0;
    for round in 0..200 {
        for bomb in &bombs {
            let client = connect(&server, Format::MessagePack).await;
            client.send(Message::binary(bomb.clone())).await;
            assert_eq!(client.closed().await.code, PROTOCOL);
        }
        mallory.call_with("timeline.pull", &params).await.unwrap();
        if round == 50 {
            before = server.resident_bytes();
        }
    }
    let grown = server.resident_bytes().saturating_sub(before);
    assert!(grown < 16 << 20, "{} MiB more after the flood", grown >> 20);
    others.notice_nothing().await;
}
