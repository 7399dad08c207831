//! Messages: in direct chats, and in groups whose members are connected.

use clap::Args;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    Bench, BenchError,
    client::{CallError, Client, Traffic, request},
    load::{self, Compose, Lane, Mark, Schedule},
    people::{self, PARALLEL, Person},
    report::Report,
};
use crate::{
    model::{ChatId, Content, UserId},
    protocol::{SendMessage, Sync},
};

/// How much is sent, and for how long.
#[derive(Debug, Args)]
struct Load {
    /// Messages in a second, in all.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: u32,
    /// Seconds to measure, after one to warm up.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    seconds: u32,
}

impl Load {
    fn schedule(&self) -> Schedule {
        Schedule::lasting(self.rate, self.seconds)
    }
}

/// Pairs of people write to each other: send to acknowledgement, and send to push.
#[derive(Debug, Args)]
pub(super) struct Direct {
    /// Pairs of people, each with a connection.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pairs: u32,
    #[command(flatten)]
    load: Load,
}

impl Direct {
    pub(super) async fn run(&self, bench: &Bench) -> Result<Report, BenchError> {
        let pairs = self.pairs as usize;
        let everybody = people::register(bench, pairs * 2).await?;
        let halves: Vec<(usize, &Person, &Person)> = everybody
            .chunks_exact(2)
            .enumerate()
            .map(|(number, pair)| (number * 2, &pair[0], &pair[1]))
            .collect();
        let lanes: Vec<Vec<Lane>> = stream::iter(halves)
            .map(|(number, one, other)| pair(bench, number, one, other))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        let lanes = lanes.into_iter().flatten().collect();
        let outcome = load::drive(bench, lanes, self.load.schedule(), 1).await?;
        let mut report = Report::new("direct");
        report
            .figure("pairs", self.pairs)
            .figure("offered_per_second", self.load.rate);
        outcome.report("acknowledged", &mut report);
        Ok(report)
    }
}

async fn pair(
    bench: &Bench,
    number: usize,
    one: &Person,
    other: &Person,
) -> Result<Vec<Lane>, CallError> {
    let mut first = enter(bench, number, one).await?;
    let second = enter(bench, number + 1, other).await?;
    let chat = people::direct_chat(bench, &mut first, &other.id).await?;
    let lanes = [first, second].map(|client| Lane {
        client,
        compose: messages(bench, chat.clone()),
    });
    Ok(lanes.into())
}

/// Members of groups take turns to write to all others.
#[derive(Debug, Args)]
pub(super) struct Group {
    /// Members of each group.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    members: u32,
    /// Members of each group that are connected; all when there are fewer.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    online: u32,
    /// Groups, each with members of its own.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    groups: u32,
    #[command(flatten)]
    load: Load,
}

impl Group {
    pub(super) async fn run(&self, bench: &Bench) -> Result<Report, BenchError> {
        let (members, groups) = (self.members as usize, self.groups as usize);
        let online = (self.online as usize).min(members);
        let everybody = people::register(bench, members * groups).await?;
        let mut groups = Vec::with_capacity(groups);
        for (number, people) in everybody.chunks_exact(members).enumerate() {
            groups.push(gather(bench, number, people, online).await?.into_iter());
        }
        // One member of each group after the other, so that neighbours on the schedule are in different groups.
        let mut lanes = Vec::with_capacity(online * groups.len());
        for _ in 0..online {
            lanes.extend(groups.iter_mut().filter_map(Iterator::next));
        }
        let receivers = online as u64 - 1;
        let outcome = load::drive(bench, lanes, self.load.schedule(), receivers).await?;
        let mut report = Report::new("group");
        report
            .figure("groups", self.groups)
            .figure("members", self.members)
            .figure("online", online)
            .figure("offered_per_second", self.load.rate);
        outcome.report("acknowledged", &mut report);
        Ok(report)
    }
}

/// Makes a group and connects the first of its members.
async fn gather(
    bench: &Bench,
    number: usize,
    people: &[Person],
    online: usize,
) -> Result<Vec<Lane>, CallError> {
    let mut owner = enter(bench, number, &people[0]).await?;
    let others: Vec<UserId> = people[1..].iter().map(|person| person.id.clone()).collect();
    let chat = people::group(bench, &mut owner, number, &others).await?;
    let rest = &people[1..online];
    let clients: Vec<Client> = stream::iter(rest)
        .map(|person| enter(bench, number, person))
        .buffered(PARALLEL)
        .try_collect()
        .await?;
    let lanes = std::iter::once(owner).chain(clients).map(|client| Lane {
        client,
        compose: messages(bench, chat.clone()),
    });
    Ok(lanes.collect())
}

/// Connects as a client does: greets, and catches up.
async fn enter(bench: &Bench, index: usize, person: &Person) -> Result<Client, CallError> {
    let (mut client, _) = Client::greet(bench, index, Traffic::Much, &person.token).await?;
    client.call(&Sync::default()).await?;
    Ok(client)
}

fn messages(bench: &Bench, chat: ChatId) -> Compose {
    let bench = bench.clone();
    let mark = Mark::of(&bench);
    Box::new(move |due| {
        let message = SendMessage::new(
            chat.clone(),
            people::client_id(&bench, "m", due),
            Content::text(mark.text(due)),
        );
        request(due, &message)
    })
}
