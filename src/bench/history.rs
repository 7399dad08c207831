//! Old messages: pages at random depths of a long chat.

use clap::Args;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    Bench, BenchError,
    client::{CallError, Client, Traffic, request},
    load::{self, Compose, Lane, Mark, Schedule},
    people::{self, Person},
    report::Report,
};
use crate::{
    clock::{Clock, Random},
    model::{ChatId, Content, Stamp},
    protocol::{PullTimeline, SendMessage},
};

/// Connections that fill the chat: a connection's messages are stored one after the other.
const WRITERS: usize = 64;
/// Connections that read it.
const READERS: usize = 4;

/// Fills a chat with messages, then pulls pages at random depths.
#[derive(Debug, Args)]
pub(super) struct History {
    /// Messages to fill the chat with.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    messages: u32,
    /// Pages to pull.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pages: u32,
    /// Pages in a second.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: u32,
    /// Messages in a page.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    page: u32,
}

impl History {
    pub(super) async fn run(&self, bench: &Bench) -> Result<Report, BenchError> {
        let people = people::register(bench, 2).await?;
        let (writer, reader) = (&people[0], &people[1]);
        let (mut client, _) = Client::greet(bench, 0, Traffic::Little, &writer.token).await?;
        let chat = people::direct_chat(bench, &mut client, &reader.id).await?;
        let began = bench.clock.monotonic();
        let stamps = self.fill(bench, writer, &chat).await?;
        let filling = bench.clock.monotonic() - began;
        let mut lanes = Vec::with_capacity(READERS);
        for number in 0..READERS {
            let (client, _) = Client::greet(bench, number, Traffic::Much, &reader.token).await?;
            let compose = self.pages(bench, chat.clone(), stamps.clone());
            lanes.push(Lane { client, compose });
        }
        let schedule = Schedule {
            per_second: self.rate,
            count: self.pages.into(),
            warm_up: 0,
        };
        let outcome = load::drive(bench, lanes, schedule, 0).await?;
        let mut report = Report::new("history");
        report
            .figure("messages", stamps.len())
            .rounded(
                "filled_per_second",
                f64::from(self.messages) / filling.as_secs_f64(),
            )
            .figure("page", self.page)
            .figure("offered_per_second", self.rate);
        outcome.report("page", &mut report);
        Ok(report)
    }

    /// Sends all messages over several connections; where they stand, in no order.
    async fn fill(
        &self,
        bench: &Bench,
        writer: &Person,
        chat: &ChatId,
    ) -> Result<Vec<Stamp>, CallError> {
        let numbers = u64::from(self.messages);
        let shares: Vec<Vec<Stamp>> = stream::iter(0..WRITERS as u64)
            .map(|share| fill_share(bench, writer, chat, (share..numbers).step_by(WRITERS)))
            .buffer_unordered(WRITERS)
            .try_collect()
            .await?;
        Ok(shares.into_iter().flatten().collect())
    }

    fn pages(&self, bench: &Bench, chat: ChatId, stamps: Vec<Stamp>) -> Compose {
        let (random, limit) = (bench.random.clone(), self.page);
        Box::new(move |due| {
            let at = usize::try_from(random.below(stamps.len() as u64)).unwrap_or_default();
            let pull = PullTimeline {
                chat: chat.clone(),
                after: None,
                before: stamps.get(at).copied(),
                around: None,
                epoch: None,
                limit,
            };
            request(due, &pull)
        })
    }
}

async fn fill_share(
    bench: &Bench,
    writer: &Person,
    chat: &ChatId,
    numbers: impl Iterator<Item = u64>,
) -> Result<Vec<Stamp>, CallError> {
    let (mut client, _) = Client::greet(bench, 0, Traffic::Little, &writer.token).await?;
    let mark = Mark::of(bench);
    let mut stamps = Vec::new();
    for number in numbers {
        let message = SendMessage::new(
            chat.clone(),
            people::client_id(bench, "h", number),
            Content::text(mark.text(number)),
        );
        stamps.push(client.call(&message).await?.stamp);
    }
    Ok(stamps)
}
