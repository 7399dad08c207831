//! Read marks and unread counts: exact, never falling, equal everywhere.

use curlew::{
    model::{Change, Stamp},
    protocol::{self as p, ErrorCode, Push},
};

use crate::support::{Format, Person, Server};

#[tokio::test]
async fn unread_is_exact_after_every_step() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let cleo = Person::new(&server, "cleo").await;
    let chat = ann.group("g", &[&bob, &cleo]).await;
    let people = [&ann, &bob, &cleo];
    let mut marks = [Stamp::ZERO; 3];
    let mut said: Vec<(usize, Stamp)> = Vec::new();
    for step in 0_usize..120 {
        let who = (step * 7 + step / 5) % 3;
        if step % 4 == 3 {
            let stamp = said[said.len() - 1 - step % said.len().min(6)].1;
            let (mark, unread) = people[who].read(&chat, stamp).await.unwrap();
            marks[who] = marks[who].max(stamp);
            assert_eq!(mark, marks[who], "step {step}");
            assert_eq!(unread, expected(&said, who, marks[who]), "step {step}");
        } else {
            said.push((who, people[who].say(&chat, "x").await.stamp));
        }
        if step % 10 == 0 {
            for (who, person) in people.iter().enumerate() {
                let count = expected(&said, who, marks[who]);
                assert_eq!(
                    person.unread(&chat).await,
                    count,
                    "step {step}, person {who}"
                );
            }
        }
    }
}

fn expected(said: &[(usize, Stamp)], who: usize, mark: Stamp) -> u64 {
    said.iter()
        .filter(|(by, stamp)| *by != who && *stamp > mark)
        .count() as u64
}

#[tokio::test]
async fn read_mark_never_falls_even_when_devices_race() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let laptop = bob.device(&server, Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    let mut stamps = Vec::new();
    for n in 0..20 {
        stamps.push(ann.say(&chat, &n.to_string()).await.stamp);
    }
    let mut highest = Stamp::ZERO;
    for pair in stamps.chunks(2) {
        let (one, other) = tokio::join!(bob.read(&chat, pair[1]), laptop.read(&chat, pair[0]));
        highest = highest.max(pair[1]);
        assert_eq!(one.unwrap().0, highest);
        assert!(other.unwrap().0 >= pair[0]);
        let row = laptop
            .call(p::GetChat { chat: chat.clone() })
            .await
            .unwrap();
        assert_eq!(row.read, highest);
    }
    let (mark, unread) = bob.read(&chat, stamps[0]).await.unwrap();
    assert_eq!((mark, unread), (highest, 0));
}

#[tokio::test]
async fn reading_is_told_to_ones_other_devices_and_to_the_other_person() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let laptop = bob.device(&server, Format::Json).await;
    let chat = ann.direct(&bob).await;
    let sent = ann.say(&chat, "read me").await;
    bob.read(&chat, sent.stamp).await.unwrap();
    let told = ann.push_where(|push| match push {
        Push::Read { chat, user, stamp } => Some((chat, user, stamp)),
        _ => None,
    });
    assert_eq!(told.await, (chat.clone(), bob.id(), sent.stamp));
    let own = laptop.push_where(|push| match push {
        Push::Change { entry, .. } => match entry.change {
            Change::Read { chat, stamp } => Some((chat, stamp)),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(own.await, (chat.clone(), sent.stamp));
    assert_eq!(laptop.unread(&chat).await, 0);
    let row = ann.call(p::GetChat { chat }).await.unwrap();
    let mark = row.reads.iter().find(|mark| mark.user == bob.id());
    assert_eq!(mark.map(|mark| mark.stamp), Some(sent.stamp));
}

#[tokio::test]
async fn mark_from_the_future_is_refused() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let chat = ann.direct(&bob).await;
    let sent = ann.say(&chat, "x").await;
    for future in [sent.stamp.next(), Stamp::MAX] {
        let refused = bob.read(&chat, future).await.unwrap_err();
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            (ErrorCode::BadRequest, Some("stamp"))
        );
    }
    assert_eq!(bob.unread(&chat).await, 1);
}
