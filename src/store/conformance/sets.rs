//! Sets.

use bytes::Bytes;

use super::probe::{Probe, bytes};
use crate::store::{Engine, engine::Write};

pub(super) async fn rules(engine: &dyn Engine) {
    a_member_is_in_a_set_once(engine).await;
    a_member_taken_out_is_gone(engine).await;
    members_are_any_bytes(engine).await;
}

async fn a_member_is_in_a_set_once(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe
        .write(["b", "a", "b"].map(|member| probe.joining("a", member)))
        .await;
    assert_eq!(probe.members("a").await, [bytes("a"), bytes("b")]);
}

async fn a_member_taken_out_is_gone(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe
        .write(["b", "a"].map(|member| probe.joining("a", member)))
        .await;
    probe
        .write([probe.leaving("a", "b"), probe.leaving("a", "none")])
        .await;
    assert_eq!(probe.members("a").await, [bytes("a")]);
    probe.write([probe.leaving("a", "a")]).await;
    assert!(probe.members("a").await.is_empty());
}

async fn members_are_any_bytes(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let members = [&b""[..], b"\0", b"\0a", b"a\0", b"\xff"].map(Bytes::from_static);
    let join = |member: Bytes| Write::AddMember {
        key: probe.key("a"),
        member,
    };
    probe.write(members.clone().map(join)).await;
    assert_eq!(probe.members("a").await, members);
}
