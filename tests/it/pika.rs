//! Stores without scripts: a Pika stand-in, and a Valkey used in the same way.

use std::{io::BufReader, net::TcpStream, sync::Arc, time::Duration};

use bytes::Bytes;
use curlew::{
    clock::SystemClock,
    model::{ChatId, EntryId, Epoch, Level, Stamp},
    store::{
        Engine, Seek, StoreError, conformance,
        engine::{Row, Write},
        helping::HelpingEngine,
        keys::TimelineId,
        kv::{KvEngine, KvOptions, PlainStore},
        record::{AppendOutcome, AppendStep, EntryRecord, Head},
        timelines::Timelines,
    },
};

use crate::support::{
    Person, Server,
    pika::{
        Pika, Settings,
        cases::{CACHED, CASES, Case, UNLOCKED},
    },
    redis::{Kind, RedisServer},
};

fn options(url: String) -> KvOptions {
    KvOptions {
        url,
        prefix: "test:".into(),
        level: Level::Stored,
        allow_unsafe: false,
        only_hints: false,
        connect_timeout: Duration::from_secs(10),
    }
}

async fn connect(options: KvOptions) -> Result<HelpingEngine<PlainStore>, StoreError> {
    let clock = Arc::new(SystemClock);
    let plain = PlainStore::connect(options, clock.clone()).await?;
    Ok(HelpingEngine::over(Arc::new(plain), clock))
}

async fn open(url: String) -> HelpingEngine<PlainStore> {
    connect(options(url)).await.unwrap()
}

#[test]
fn the_stand_in_answers_as_real_ones_were_seen_to() {
    let with = |cache_model, requirepass: &str| Settings {
        cache_model,
        requirepass: requirepass.to_owned(),
        ..Settings::default()
    };
    for (settings, cases) in [
        (with(0, ""), CASES),
        (with(1, ""), CACHED),
        (with(0, "right"), UNLOCKED),
    ] {
        let server = Pika::start_with(settings);
        let stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        for case in cases {
            answers_as_recorded(&stream, case);
        }
    }
}

fn answers_as_recorded(stream: &TcpStream, (what, before, command, expected): &Case) {
    for command in *before {
        say(stream, command);
    }
    let reply = say(stream, command);
    assert_eq!(reply, *expected, "{what}: {command}");
}

/// Sends one command and reads its reply, with spaces for line ends.
fn say(mut stream: &TcpStream, command: &str) -> String {
    use std::io::{BufRead, Write as _};

    let words: Vec<_> = command.split(' ').collect();
    let parts = words
        .iter()
        .map(|word| format!("${}\r\n{word}\r\n", word.len()));
    let text = format!("*{}\r\n{}", words.len(), parts.collect::<String>());
    stream.write_all(text.as_bytes()).unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    let (mut reply, mut wanted) = (Vec::new(), 1);
    while wanted > 0 {
        let line = lines.next().unwrap();
        wanted -= 1;
        match line.split_at(1) {
            ("*", count) => wanted += count.parse::<usize>().unwrap(),
            ("$", "-1") => {}
            ("$", _) => wanted += 1,
            _ => {}
        }
        reply.push(line);
    }
    reply.join(" ")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pika_keeps_the_contract_and_is_sent_nothing_that_it_does_not_know() {
    let server = Pika::start();
    conformance::engine(&open(server.url()).await).await;
    let refused = server.refused();
    let unknown = refused.iter().filter(|text| !text.starts_with("CLIENT"));
    assert_eq!(unknown.count(), 0, "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn valkey_used_without_scripts_keeps_the_contract() {
    let server = RedisServer::start(Kind::Valkey);
    let url = server.url().replacen("redis://", "redis+cas://", 1);
    conformance::engine(&open(url).await).await;
}

#[tokio::test]
async fn a_store_that_cannot_compare_and_set_is_refused() {
    let server = RedisServer::start(Kind::Redis);
    let url = server.url().replacen("redis://", "redis+cas://", 1);
    let error = refusal(options(url)).await;
    assert!(error.contains("Valkey 9"), "{error}");
}

#[tokio::test]
async fn a_pika_that_would_lie_or_lose_is_refused_with_the_remedy() {
    let good = Settings::default;
    let locked = |userpass: &str| Settings {
        requirepass: "right".into(),
        userpass: userpass.into(),
        ..good()
    };
    let cases = [
        (
            Settings {
                cache_model: 1,
                ..good()
            },
            "",
            "set cache-model to 0",
        ),
        (
            Settings {
                version: "3.4.2",
                ..good()
            },
            "",
            "3.5.6",
        ),
        (locked(""), ":right@", "set userpass"),
    ];
    for (settings, login, remedy) in cases {
        let server = Pika::start_with(settings);
        let url = format!("pika://{login}127.0.0.1:{}", server.port());
        let text = refusal(options(url)).await;
        assert!(text.contains(remedy), "{text}");
    }
    let server = Pika::start_with(locked("right"));
    open(format!("pika://:right@127.0.0.1:{}", server.port())).await;
    let server = Pika::start();
    let synced = KvOptions {
        level: Level::Synced,
        ..options(server.url())
    };
    assert!(refusal(synced).await.contains("stored"));
}

async fn refusal(options: KvOptions) -> String {
    match connect(options).await {
        Err(StoreError::Unsafe(text)) => text,
        Err(error) => panic!("expected a refusal, got {error:?}"),
        Ok(_) => panic!("expected a refusal"),
    }
}

#[tokio::test]
async fn a_page_at_any_depth_steps_over_no_more_than_a_segment() {
    const SEGMENTS: u64 = 150;
    let server = Pika::start();
    let engine: Arc<dyn Engine> = Arc::new(open(server.url()).await);
    let timeline = TimelineId::Chat(ChatId::parse("chat").unwrap());
    fill(engine.as_ref(), &timeline, SEGMENTS * Head::SEGMENT_LIMIT).await;
    let timelines = Timelines::new(engine);
    server.most_scanned();
    for at in [1, 127, 128, 129, 5_000, 10_000, 18_000, 19_199, 19_200] {
        for seek in [
            Seek::After(Stamp::from_micros(at)),
            Seek::Before(Stamp::from_micros(at)),
        ] {
            let mut opened = timelines.open(&timeline, seek, Vec::new()).await.unwrap();
            let page = timelines
                .page(&timeline, &mut opened, seek, 50)
                .await
                .unwrap();
            let found: Vec<u64> = page.entries.iter().map(|entry| entry.stamp.get()).collect();
            let expected: Vec<u64> = match seek {
                Seek::After(_) => (at + 1..=at + 50).filter(|n| *n <= 19_200).collect(),
                Seek::Before(_) => (at.saturating_sub(50).max(1)..at).collect(),
            };
            assert_eq!(found, expected, "{seek:?}");
            let scanned = server.most_scanned();
            assert!(scanned as u64 <= Head::SEGMENT_LIMIT, "{seek:?}: {scanned}");
        }
    }
    let mut opened = timelines
        .open(&timeline, Seek::NEWEST, Vec::new())
        .await
        .unwrap();
    let page = timelines
        .page(&timeline, &mut opened, Seek::NEWEST, 50)
        .await
        .unwrap();
    assert_eq!(page.entries.len(), 50);
    assert!(server.most_scanned() as u64 <= Head::SEGMENT_LIMIT);
}

/// Entries with the stamps 1, 2, 3, …, as many appends would have left them.
async fn fill(engine: &dyn Engine, timeline: &TimelineId, count: u64) {
    let mut writes = Vec::new();
    let row = |key, score: u64, member: String| Write::AddRow {
        key,
        row: Row {
            score,
            member: member.into(),
        },
    };
    let set = |key, value| Write::Set {
        key,
        value,
        life: None,
    };
    for stamp in 1..=count {
        let id = EntryId::parse(&format!("entry{stamp}")).unwrap();
        let record = EntryRecord {
            stamp: Stamp::from_micros(stamp),
            prev: Stamp::from_micros(stamp - 1),
            ordinal: stamp,
            revision: 0,
            digest: "digest".to_owned(),
            kind: EntryRecord::COUNTING,
            author: None,
            retracted: false,
            prev_id: None,
            body: Bytes::from_static(b"body"),
        };
        let segment = (stamp - 1) / Head::SEGMENT_LIMIT;
        writes.push(set(timeline.entry(&id), record.encode()));
        writes.push(row(timeline.segment(segment), stamp, id.to_string()));
        if (stamp - 1).is_multiple_of(Head::SEGMENT_LIMIT) {
            writes.push(row(timeline.segments(), stamp, segment.to_string()));
        }
        if writes.len() > 2_000 {
            engine.write(std::mem::take(&mut writes)).await.unwrap();
        }
    }
    let head = Head {
        last: Stamp::from_micros(count),
        ordinal: count,
        last_id: EntryId::parse(&format!("entry{count}")),
        segment: (count - 1) / Head::SEGMENT_LIMIT,
        size: (count - 1) % Head::SEGMENT_LIMIT + 1,
        ..Head::new(Epoch::parse("epoch").unwrap())
    };
    writes.push(set(timeline.head(), head.encode()));
    engine.write(writes).await.unwrap();
}

#[tokio::test]
async fn people_talk_over_a_pika_and_a_killed_server_goes_on_where_it_was() {
    let pika = Pika::start();
    let mut server = Server::with(&[format!("store.url={}", pika.url())]).await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let chat = ann.group("Two", &[&bob]).await;
    ann.say(&chat, "one").await;
    bob.say(&chat, "two").await;
    server.kill().await;
    server.restart().await;
    let ann = ann.again(&server).await;
    ann.say(&chat, "three").await;
    let texts = bob.again(&server).await.texts(&chat).await;
    assert_eq!(texts, ["one", "two", "three"]);
    let refused = pika.refused();
    let unknown = refused.iter().filter(|text| !text.starts_with("CLIENT"));
    assert_eq!(unknown.count(), 0, "{refused:?}");
}

#[tokio::test]
async fn a_store_used_without_scripts_can_be_used_with_them_afterwards() {
    let server = RedisServer::start(Kind::Valkey);
    let timeline = TimelineId::Chat(ChatId::parse("chat").unwrap());
    let step = |id: &str, engine_now| AppendStep {
        timeline: timeline.clone(),
        id: EntryId::parse(id).unwrap(),
        digest: "digest".into(),
        kind: 'm',
        author: None,
        body: Bytes::from_static(b"body"),
        now_us: engine_now,
        members_version: None,
        marks: Vec::new(),
    };
    let url = server.url().replacen("redis://", "redis+cas://", 1);
    let engine: Arc<dyn Engine> = Arc::new(open(url).await);
    let epoch = Epoch::parse("epoch").unwrap();
    Timelines::new(Arc::clone(&engine))
        .create(&timeline, epoch)
        .await
        .unwrap();
    engine
        .append(step("first", engine.time_us().await.unwrap()))
        .await
        .unwrap();
    let scripts = KvEngine::connect(options(server.url()), Arc::new(SystemClock))
        .await
        .unwrap();
    let placed = scripts
        .append(step("second", engine.time_us().await.unwrap()))
        .await
        .unwrap();
    let AppendOutcome::Placed(placed) = placed else {
        panic!("{placed:?}")
    };
    assert_eq!(placed.ordinal, 2);
}
