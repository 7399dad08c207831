//! Leases: how a gateway shows that it lives.

use std::time::Duration;

use bytes::Bytes;

use crate::{
    model::Incarnation,
    store::{
        Engine, StoreError,
        engine::{Read, Swap, Swapped, Write},
        keys,
    },
};

/// Those of `gateways` that hold a lease.
pub(super) async fn alive(
    engine: &dyn Engine,
    gateways: &[Incarnation],
) -> Result<Vec<Incarnation>, StoreError> {
    let reads = gateways
        .iter()
        .map(|gateway| Read::Get {
            key: keys::lease(gateway),
        })
        .collect();
    let answers = engine.read(reads).await?;
    let held = gateways
        .iter()
        .zip(answers)
        .filter(|(_, answer)| answer.clone().value().is_some());
    Ok(held.map(|(gateway, _)| gateway.clone()).collect())
}

/// Takes the lease of a new incarnation.
#[cfg_attr(not(feature = "redis"), allow(dead_code))]
pub(super) async fn take(
    engine: &dyn Engine,
    incarnation: &Incarnation,
    life: Duration,
) -> Result<(), StoreError> {
    let key = keys::lease(incarnation);
    engine
        .write(vec![Write::Set {
            key,
            value: value(incarnation),
            life: Some(life),
        }])
        .await
}

/// Prolongs the lease; false when it is gone, which nothing can undo: others may have seen it gone.
#[cfg_attr(not(feature = "redis"), allow(dead_code))]
pub(super) async fn renew(
    engine: &dyn Engine,
    incarnation: &Incarnation,
    life: Duration,
) -> Result<bool, StoreError> {
    let held = Some(value(incarnation));
    let key = keys::lease(incarnation);
    let swap = Swap {
        key,
        expected: held.clone(),
        new: held,
        life: Some(life),
    };
    Ok(engine.swap(swap).await? == Swapped::Yes)
}

/// Gives the lease up.
pub(super) async fn give_up(
    engine: &dyn Engine,
    incarnation: &Incarnation,
) -> Result<(), StoreError> {
    engine
        .write(vec![Write::Delete {
            key: keys::lease(incarnation),
        }])
        .await
}

fn value(incarnation: &Incarnation) -> Bytes {
    Bytes::from(incarnation.to_string())
}
