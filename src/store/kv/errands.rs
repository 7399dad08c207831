//! What is to be done at a cluster, slot by slot, until all of it is answered.

use std::collections::BTreeMap;

use fred::{
    error::{Error, ErrorKind},
    types::{Value, config::Server},
};

use super::{command::Command, connection::Failure, refusal::Refusal};

/// Commands for one slot, in their order; those without a key are one errand for anybody.
#[derive(Debug)]
pub(super) struct Errand {
    pub(super) slot: Option<u16>,
    /// Places of its commands in the call, of those that are not answered yet.
    places: Vec<usize>,
    /// Who has the key of the first command already, when the slot is being moved.
    pub(super) ask: Option<Server>,
}

impl Errand {
    /// The places to be sent now. What another server has already is asked for alone: the next key may still
    /// be where it was.
    pub(super) fn now(&self) -> &[usize] {
        if self.ask.is_some() {
            &self.places[..1]
        } else {
            &self.places
        }
    }
}

/// The commands of each slot together.
pub(super) fn errands(commands: &[Command]) -> Vec<Errand> {
    let mut places: BTreeMap<Option<u16>, Vec<usize>> = BTreeMap::new();
    for (place, command) in commands.iter().enumerate() {
        places.entry(command.slot()).or_default().push(place);
    }
    let errand = |(slot, places)| Errand {
        slot,
        places,
        ask: None,
    };
    places.into_iter().map(errand).collect()
}

/// How far a round of errands came.
#[derive(Debug, Default)]
pub(super) struct Round {
    /// What is to be done in the next one.
    pub(super) left: Vec<Errand>,
    /// Slots that have another master, as their old one said.
    pub(super) moved: Vec<(u16, Server)>,
    /// Whether the cluster shall be asked who has what.
    pub(super) outdated: bool,
    /// Whether only time helps.
    pub(super) wait: bool,
    /// Of what went wrong, what allows least.
    pub(super) failure: Option<Failure>,
}

impl Round {
    /// Takes the answers of one errand up to the first refusal; the rest is sent again.
    pub(super) fn take(
        &mut self,
        server: &Server,
        mut errand: Errand,
        replies: Vec<Result<Value, Error>>,
        answers: &mut [Option<Value>],
    ) {
        let sent = errand.now().len();
        errand.ask = None;
        for (done, reply) in replies.into_iter().enumerate() {
            let place = errand.places[done];
            let error = match reply {
                Ok(value) => {
                    answers[place] = Some(value);
                    continue;
                }
                Err(error) => error,
            };
            errand.places.drain(..done);
            match Refusal::of(&error) {
                Some(Refusal::Ask(taker)) => errand.ask = Some(beside(taker, server)),
                Some(Refusal::Moved(slot, owner)) => {
                    self.moved.push((slot, beside(owner, server)));
                    self.outdated = true;
                }
                Some(Refusal::ReadOnly) => (self.outdated, self.wait) = (true, true),
                Some(Refusal::Wait) => self.wait = true,
                Some(Refusal::Script) | None => {}
            }
            self.left.push(errand);
            self.fail(Failure::Refused(place, error));
            return;
        }
        if sent < errand.places.len() {
            errand.places.drain(..sent);
            self.left.push(errand);
        }
    }

    /// Errands whose server did not answer.
    pub(super) fn lose(&mut self, errands: Vec<Errand>, failure: Failure) {
        let errands = errands.into_iter();
        self.left.extend(errands.map(|errand| Errand {
            ask: None,
            ..errand
        }));
        (self.outdated, self.wait) = (true, true);
        self.fail(failure);
    }

    fn fail(&mut self, failure: Failure) {
        let rank = |failure: &Failure| match failure {
            Failure::Unsent(_) => 0,
            Failure::Refused(_, error) if Refusal::of(error).is_some() => 0,
            Failure::Lost(error) if *error.kind() != ErrorKind::Timeout => 1,
            Failure::Lost(_) => 2,
            Failure::Overloaded => 3,
            Failure::Refused(..) => 4,
        };
        if self
            .failure
            .as_ref()
            .is_none_or(|kept| rank(kept) < rank(&failure))
        {
            self.failure = Some(failure);
        }
    }
}

/// A server that names another without its host means its own.
fn beside(named: Server, by: &Server) -> Server {
    if named.host.is_empty() {
        Server::new(&*by.host, named.port)
    } else {
        named
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn get(key: &'static str) -> Command {
        Command::new("GET", [Bytes::from_static(key.as_bytes())])
    }

    fn refused(text: &'static str) -> Result<Value, Error> {
        Err(Error::new(ErrorKind::Unknown, text))
    }

    #[test]
    fn what_follows_a_refused_command_is_sent_again_after_it() {
        let [here, there] = [7_000, 7_001].map(|number| Server::new("127.0.0.1", number));
        let commands = ["{a}1", "{b}1", "{a}2", "{a}3"].map(get);
        let mut errands = errands(&commands);
        errands.retain(|errand| errand.slot == get("{a}1").slot());
        let mut answers = vec![None; commands.len()];
        let mut round = Round::default();
        let replies = vec![Ok("one".into()), refused("ASK 1 :7001"), Ok("early".into())];
        round.take(&here, errands.remove(0), replies, &mut answers);
        assert_eq!(answers, [Some("one".into()), None, None, None]);

        let errand = round.left.remove(0);
        assert_eq!(
            (errand.ask.as_ref(), errand.now()),
            (Some(&there), &[2][..])
        );
        let mut round = Round::default();
        round.take(&there, errand, vec![Ok("two".into())], &mut answers);
        assert!(round.failure.is_none());
        let errand = round.left.remove(0);
        assert_eq!((errand.ask.as_ref(), errand.now()), (None, &[3][..]));

        let mut round = Round::default();
        round.take(&here, errand, vec![refused("MOVED 1 :7001")], &mut answers);
        assert_eq!(
            (&round.moved[..], round.outdated),
            (&[(1, there)][..], true)
        );
        let errand = round.left.remove(0);
        round.take(&here, errand, vec![Ok("three".into())], &mut answers);
        assert!(round.left.is_empty());
        assert_eq!(answers[3], Some("three".into()));
    }
}
