//! One run from one seed: who acts when, which command comes next, and what goes wrong.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::runtime::Runtime;

use super::{
    acts::{Act, Done},
    dice::{Dice, Time},
    stage::Stage,
    world::{Deed, End, Gateway, World, caller},
};
use crate::{
    cluster::{Delivery, Hint},
    model::{ClientId, Device, Stamp},
    service::{Caller, Service, ServiceError},
};

const GATEWAYS: usize = 3;
const PEOPLE: usize = 4;
/// People act on two devices each.
const ACTORS: usize = 2 * PEOPLE;
/// Acts of each device.
const ACTS: usize = 12;
/// Attempts at one act before somebody gives it up.
const TRIES: usize = 6;
/// How far clocks jump, in microseconds.
const HOUR_US: i64 = 3_600_000_000;

/// What a task of a gateway ends in.
enum Ended {
    Acted(Result<Done, ServiceError>),
    Swept,
    Started(Result<Arc<Service>, ServiceError>),
}

/// An act under way.
struct Doing {
    deed: usize,
    task: u64,
    tries: usize,
    /// Whether an attempt before this one may have done it.
    maybe: bool,
}

/// A run in progress.
pub(super) struct Run {
    dice: Dice,
    time: Time,
    stage: Stage<Ended>,
    pub(super) world: World,
    /// What each device does, and how many acts it has before it.
    actors: Vec<(Option<Doing>, usize)>,
    starting: BTreeMap<u64, usize>,
    /// Hints on their way.
    hints: Vec<Arc<Hint>>,
    step: u64,
    /// Mishaps, for those who read about a failure.
    pub(super) mishaps: Vec<String>,
}

impl Run {
    /// Lets everything happen that this seed holds. Timers, and threads for hashes of passwords, come from
    /// `runtime`, whose clock stands still but for the run.
    pub(super) fn of(seed: u64, runtime: Arc<Runtime>) -> Self {
        let mut run = Self::begin(seed, runtime);
        while run
            .actors
            .iter()
            .any(|(doing, left)| doing.is_some() || *left > 0)
        {
            run.step();
        }
        run.settle();
        run
    }

    fn begin(seed: u64, runtime: Arc<Runtime>) -> Self {
        let (dice, time) = (Dice::new(seed), Time::new(runtime));
        let gateways = (0..GATEWAYS).map(|_| Gateway::new(time.clone())).collect();
        let mut run = Self {
            dice,
            stage: Stage::new(time.clone()),
            time,
            world: World {
                gateways,
                people: Vec::new(),
                rooms: Vec::new(),
                deeds: Vec::new(),
                newest: BTreeMap::new(),
            },
            actors: (0..ACTORS).map(|_| (None, ACTS)).collect(),
            starting: BTreeMap::new(),
            hints: Vec::new(),
            step: 0,
            mishaps: Vec::new(),
        };
        for gateway in 0..GATEWAYS {
            run.start_calmly(gateway);
        }
        run.people_come();
        run
    }

    fn start_calmly(&mut self, gateway: usize) {
        let dice = Dice::new(self.dice.roll());
        let gate = self.stage.gate(gateway);
        let parts = self.world.gateways[gateway].parts(gate, dice);
        let service = self.stage.calmly(Service::start(parts)).unwrap();
        self.world.gateways[gateway].service = Some(Arc::new(service));
    }

    /// Everybody registers; one makes a group with all.
    fn people_come(&mut self) {
        let service = self.service();
        for number in 0..PEOPLE {
            let registration =
                super::super::super::bench::registration(&format!("person-{number}"), None);
            let home = super::super::super::bench::HOME;
            let registered = service.register(home, registration, Device::default());
            let who = self.stage.calmly(registered).unwrap();
            self.world.people.push(caller(&who, number));
        }
        let users: Vec<_> = self.world.people.iter().map(|p| p.user.clone()).collect();
        let act = Act::Make {
            members: users[1..].to_vec(),
            title: "all".to_owned(),
        };
        let made = act.clone().perform(
            Arc::clone(&service),
            self.world.people[0].clone(),
            id_of(u64::MAX),
        );
        let done = self.stage.calmly(made).unwrap();
        self.world.learn(0, &act, &done);
        let chat = self.world.rooms[0].id.clone();
        self.stage.calmly(service.watch(&users, &[chat])).unwrap();
    }

    /// A service that stands, for use while nothing goes wrong.
    pub(super) fn service(&self) -> Arc<Service> {
        let standing = self.world.gateways.iter().find_map(|g| g.service.clone());
        standing.expect("not all gateways are down at once while nothing goes wrong")
    }

    /// Runs something to its end while nothing goes wrong.
    pub(super) fn calmly<O>(&mut self, future: impl Future<Output = O>) -> O {
        self.stage.calmly(future)
    }

    fn step(&mut self) {
        self.step += 1;
        let us = self.dice.below(2_000) as u64;
        self.time.pass(Duration::from_micros(us));
        match self.dice.below(200) {
            0..=2 => self.mishap(),
            3..=4 => self.tend(),
            5..=20 => self.carry_hint(),
            21..=60 => self.somebody_acts(),
            _ => self.work(),
        }
        self.collect();
    }

    /// Something goes wrong.
    fn mishap(&mut self) {
        let gateway = self.dice.below(GATEWAYS);
        let now_us = self.time.now_us();
        let what = match self.dice.below(8) {
            0 | 1 => {
                self.kill(gateway);
                format!("gateway {gateway} is killed")
            }
            2 => {
                let seconds = self.dice.below(90) as u64;
                self.world.gateways[gateway].frozen_until_us = now_us + seconds * 1_000_000;
                format!("gateway {gateway} is paused for {seconds} s")
            }
            3 => {
                let ahead = *self.dice.pick(&[-HOUR_US, HOUR_US, 0, 0]);
                self.world.gateways[gateway].clock.jump(ahead);
                format!("the clock of gateway {gateway} is {ahead} us ahead")
            }
            4 => {
                let seconds = self.dice.below(100) as u64;
                self.time.pass(Duration::from_secs(seconds));
                format!("everything stands still for {seconds} s")
            }
            5 => {
                self.hints.clear();
                "all hints are lost".to_owned()
            }
            _ => self.lose_an_answer(),
        };
        self.mishaps.push(format!("step {}: {what}", self.step));
    }

    fn lose_an_answer(&mut self) -> String {
        let orders = self.stage.orders(|_| true);
        if orders.is_empty() {
            return "nothing".to_owned();
        }
        let place = *self.dice.pick(&orders);
        if self.dice.once_in(2) {
            self.stage.answer_nobody(place);
            "an answer is lost".to_owned()
        } else {
            self.stage.lose(place);
            "a command is lost".to_owned()
        }
    }

    /// Ends a gateway where it stands, and starts it anew.
    fn kill(&mut self, gateway: usize) {
        for task in self.stage.kill(gateway) {
            self.starting.remove(&task);
            let hit = self
                .actors
                .iter()
                .position(|(doing, _)| doing.as_ref().is_some_and(|doing| doing.task == task));
            if let Some(actor) = hit {
                self.ended_badly(actor);
            }
        }
        self.world.gateways[gateway].service = None;
        self.start(gateway);
    }

    fn start(&mut self, gateway: usize) {
        let dice = Dice::new(self.dice.roll());
        let gate = self.stage.gate(gateway);
        let parts = self.world.gateways[gateway].parts(gate, dice);
        let start = async move { Ended::Started(Service::start(parts).await.map(Arc::new)) };
        let task = self.stage.begin(gateway, start);
        self.starting.insert(task, gateway);
    }

    /// A gateway that stands, if any.
    fn some_gateway(&mut self) -> Option<(usize, Arc<Service>)> {
        let gateway = self.dice.below(GATEWAYS);
        let service = self.world.gateways[gateway].service.clone()?;
        Some((gateway, service))
    }

    /// A gateway finishes what others left unfinished.
    fn tend(&mut self) {
        if let Some((gateway, service)) = self.some_gateway() {
            let sweep = async move {
                // Whatever it could not do, the next one does.
                let _next_time = service.sweep().await;
                Ended::Swept
            };
            self.stage.begin(gateway, sweep);
        }
    }

    /// A hint arrives, perhaps twice, or is lost.
    fn carry_hint(&mut self) {
        if self.hints.is_empty() {
            return;
        }
        let place = self.dice.below(self.hints.len());
        let hint = if self.dice.once_in(10) {
            Arc::clone(&self.hints[place])
        } else {
            self.hints.swap_remove(place)
        };
        if self.dice.once_in(10) {
            return;
        }
        if let Hint::Entry { chat, entry, .. } = &*hint {
            self.world.saw(chat, entry.stamp);
            if let Some(room) = self.world.room_mut(chat) {
                room.follower.take(entry.clone());
            }
        }
    }

    fn somebody_acts(&mut self) {
        let actor = self.dice.below(ACTORS);
        let impatient = self.dice.once_in(8);
        match &self.actors[actor] {
            (None, 0) => {}
            (None, _) => self.begin_act(actor),
            (Some(Doing { task: 0, .. }), _) => self.attempt(actor),
            // What was asked for is done all the same, or will be; nobody waits for it any more.
            (Some(_), _) if impatient => self.ended_badly(actor),
            (Some(_), _) => {}
        }
    }

    fn begin_act(&mut self, actor: usize) {
        self.actors[actor].1 -= 1;
        let who = actor % PEOPLE;
        let deed = self.world.deeds.len();
        let act = self.choose(who);
        self.world.deeds.push(Deed {
            who,
            act,
            id: id_of(deed as u64),
            began: self.step,
            ended: u64::MAX,
            end: End::Open,
        });
        self.actors[actor].0 = Some(Doing {
            deed,
            task: 0,
            tries: 0,
            maybe: false,
        });
        self.attempt(actor);
    }

    fn choose(&mut self, who: usize) -> Act {
        let room = self.dice.below(self.world.rooms.len());
        let room = &self.world.rooms[room];
        let (chat, keeps) = (room.id.clone(), room.keeper == who);
        let cursor = room.follower.cursor();
        let number = self.world.deeds.len();
        let user = self.dice.pick(&self.world.people).user.clone();
        if keeps && room.follower.has_gap() && self.dice.once_in(2) {
            let limit = 1 + u32::try_from(self.dice.below(9)).unwrap();
            return Act::Pull {
                chat,
                after: cursor,
                limit,
            };
        }
        let text = format!("text {number}");
        match self.dice.below(20) {
            9..=10 => {
                let stamp = self.world.newest.get(&chat).copied();
                let stamp = stamp.unwrap_or(Stamp::ZERO);
                Act::Read { chat, stamp }
            }
            11..=12 => {
                let limit = 1 + u32::try_from(self.dice.below(30)).unwrap();
                let after = if keeps { cursor } else { Stamp::ZERO };
                Act::Pull { chat, after, limit }
            }
            13 => Act::Rename {
                chat,
                title: format!("title {number}"),
            },
            14..=16 => Act::Add { chat, user },
            17 => Act::Remove { chat, user },
            18 if !keeps => Act::Leave { chat },
            0..=2 => Act::Send {
                chat,
                text,
                mentions: vec![user],
            },
            3..=8 | 18 => Act::Send {
                chat,
                text,
                mentions: Vec::new(),
            },
            _ => Act::Make {
                members: vec![user],
                title: format!("group {number}"),
            },
        }
    }

    /// Asks some gateway; waits for a better time when that one is just starting.
    fn attempt(&mut self, actor: usize) {
        let Some((gateway, service)) = self.some_gateway() else {
            return;
        };
        let Some(doing) = &mut self.actors[actor].0 else {
            return;
        };
        doing.tries += 1;
        let deed = &self.world.deeds[doing.deed];
        let caller: Caller = self.world.people[deed.who].clone();
        let act = deed.act.clone().perform(service, caller, deed.id.clone());
        doing.task = self.stage.begin(gateway, async { Ended::Acted(act.await) });
    }

    /// An attempt ended without an answer that says how: there is another one, or it is given up.
    fn ended_badly(&mut self, actor: usize) {
        let Some(doing) = &mut self.actors[actor].0 else {
            return;
        };
        doing.maybe = true;
        doing.task = 0;
        if doing.tries == TRIES {
            self.close(actor, End::Unknown);
        }
    }

    fn close(&mut self, actor: usize, end: End) {
        let Some(doing) = self.actors[actor].0.take() else {
            return;
        };
        let deed = &mut self.world.deeds[doing.deed];
        deed.ended = self.step;
        deed.end = match end {
            End::Refused if doing.maybe => End::Unknown,
            end => end,
        };
        let deed = deed.clone();
        if let End::Done(done) = &deed.end {
            self.world.learn(deed.who, &deed.act, done);
        }
    }

    /// Some command that may go on goes on. When none may, time passes.
    fn work(&mut self) {
        let now_us = self.time.now_us();
        let gateways = &self.world.gateways;
        let orders = self
            .stage
            .orders(|order| order.is_orphan() || gateways[order.gateway].frozen_until_us <= now_us);
        if orders.is_empty() {
            let frozen = !self.stage.orders(|_| true).is_empty();
            let pause = if frozen { 1_000 } else { 1 };
            self.time.pass(Duration::from_millis(pause));
        } else {
            let place = *self.dice.pick(&orders);
            let whole = self.dice.once_in(2);
            self.stage.work(place, whole);
        }
    }

    /// Lets tasks go on, and sees to those that ended and to what they told.
    fn collect(&mut self) {
        for (task, ended) in self.stage.go_on() {
            match ended {
                Ended::Swept => {}
                Ended::Started(started) => self.started(task, started),
                Ended::Acted(result) => self.acted(task, result),
            }
        }
        for gateway in &mut self.world.gateways {
            let Some(deliveries) = &mut gateway.deliveries else {
                continue;
            };
            while let Ok(Delivery::Hint(hint)) = deliveries.try_recv() {
                self.hints.push(hint);
            }
        }
    }

    fn started(&mut self, task: u64, started: Result<Arc<Service>, ServiceError>) {
        let Some(gateway) = self.starting.remove(&task) else {
            return;
        };
        match started {
            Ok(service) => self.world.gateways[gateway].service = Some(service),
            Err(_) => self.start(gateway),
        }
    }

    fn acted(&mut self, task: u64, result: Result<Done, ServiceError>) {
        let hit = |(doing, _): &(Option<Doing>, usize)| {
            doing.as_ref().is_some_and(|doing| doing.task == task)
        };
        let Some(actor) = self.actors.iter().position(hit) else {
            return;
        };
        match result {
            Ok(done) => self.close(actor, End::Done(done)),
            Err(ServiceError::Store(_) | ServiceError::Unknown | ServiceError::Overloaded) => {
                self.ended_badly(actor);
            }
            Err(_) => self.close(actor, End::Refused),
        }
    }

    /// Everything that went wrong ends; all tasks come to their end; what is unfinished is finished.
    fn settle(&mut self) {
        for gateway in &mut self.world.gateways {
            gateway.frozen_until_us = 0;
            gateway.clock.jump(0);
        }
        while self.stage.is_busy() || !self.stage.orders(|_| true).is_empty() {
            self.work();
            self.collect();
        }
        // Longer than any unfinished step is kept in doubt, clocks that were wrong included.
        self.time.pass(Duration::from_hours(30));
        let service = self.service();
        for _ in 0..20 {
            if self.stage.calmly(service.sweep()).unwrap() == 0 {
                return;
            }
        }
        self.mishaps
            .push("the sweeps never come to an end".to_owned());
    }
}

fn id_of(number: u64) -> ClientId {
    ClientId::parse(&format!("simulated-{number:020}")).unwrap()
}
