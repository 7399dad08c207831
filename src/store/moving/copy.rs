//! The copy from its first key to its proof.

use super::{
    Difference, Digest, PAGE, Progress,
    batch::Sides,
    digest, origin,
    survey::{Survey, moving},
};
use crate::store::{
    Engine, StoreError,
    engine::Write,
    keys,
    walk::{Place, Store},
};

/// How often the sides are compared: a string may reach the end of its life between the two looks, and a store
/// that rearranges itself may name a key twice.
const COMPARISONS: usize = 3;

/// What a copy did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Writes that made the target equal.
    pub written: u64,
    /// Keys removed from the target.
    pub removed: u64,
    /// Keys of the source that this version does not know, which were left out.
    pub unknown: u64,
    /// Gateways that ran on the source when the copy began: then it is to be done once more.
    pub gateways: u64,
    /// Digest of the source afterwards.
    pub from: Digest,
    /// Digest of the target afterwards.
    pub to: Digest,
}

impl Copied {
    /// Where the two sides differ; empty when the copy is done.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        self.from.differences(&self.to)
    }

    /// Whether nothing is left to do: the two sides are equal and nobody writes to the source.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.from == self.to && self.gateways == 0
    }
}

/// Why nothing was copied, or not all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MoveError {
    /// Gateways run on a store: stop them, and wait until their leases have ended.
    #[error("{gateways} gateways run on the {side}: stop them first (a lease ends within seconds)")]
    Running {
        /// `source` or `target`.
        side: &'static str,
        /// How many.
        gateways: u64,
    },
    /// The source holds nothing that a server wrote.
    #[error("there is nothing to copy: no server was ever started on the source")]
    Nothing,
    /// The source is itself an unfinished copy.
    #[error("the source is a copy that was not finished: finish that one first")]
    Unfinished,
    /// The target holds something else. Empty it, or name another one.
    #[error(
        "the target holds {keys} keys that are not of this copy: empty it, or give another target or prefix"
    )]
    Foreign {
        /// How many keys.
        keys: u64,
    },
    /// A store did not answer, or cannot be read. What was copied stays: do it again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes `to` equal to `from`, and compares them. With `running`, gateways may run on the source: then the copy
/// is most likely not equal and is to be done once more after they were stopped, which takes little time.
///
/// # Errors
///
/// [`MoveError`]; whatever it is, the source is never changed.
pub async fn copy(
    from: &dyn Store,
    to: &dyn Store,
    running: bool,
    told: &mut (dyn FnMut(Progress) + Send),
) -> Result<Copied, MoveError> {
    let sides = Sides { from, to };
    let source = look(from, "source", running).await?;
    let target = look(to, "target", false).await?;
    let origin = origin(from).await?.ok_or(MoveError::Nothing)?;
    if source.unfinished {
        return Err(MoveError::Unfinished);
    }
    let engine: &dyn Engine = to;
    let mark = engine.get(keys::copying()).await?;
    let ours = mark.as_deref() == Some(origin.as_bytes());
    if !ours && (target.unfinished || target.moving > 0) {
        return finished(sides, &source, &target).await;
    }
    let value = origin.into();
    to.write(vec![Write::Set {
        key: keys::copying(),
        value,
        life: None,
    }])
    .await?;
    let written = all(sides, source.moving, told).await?;
    let removed = sides.prune().await?;
    let copied = Copied {
        written,
        removed,
        ..compare(sides, &source).await?
    };
    if copied.is_complete() {
        let key = keys::copying();
        sides.write(vec![Write::Delete { key }]).await?;
    }
    Ok(copied)
}

async fn look(store: &dyn Store, side: &'static str, running: bool) -> Result<Survey, MoveError> {
    let survey = Survey::of(store).await?;
    match survey.gateways {
        gateways if gateways > 0 && !running => Err(MoveError::Running { side, gateways }),
        _ => Ok(survey),
    }
}

/// A target without our mark may be a copy that was finished, and is nothing else if it is equal.
async fn finished(sides: Sides<'_>, source: &Survey, target: &Survey) -> Result<Copied, MoveError> {
    let foreign = MoveError::Foreign {
        keys: target.moving,
    };
    if target.unfinished {
        return Err(foreign);
    }
    let copied = compare(sides, source).await?;
    if copied.from == copied.to {
        Ok(copied)
    } else {
        Err(foreign)
    }
}

async fn all(
    sides: Sides<'_>,
    of: u64,
    told: &mut (dyn FnMut(Progress) + Send),
) -> Result<u64, StoreError> {
    let (mut written, mut done) = (0, 0);
    let mut place = Some(Place::START);
    while let Some(from) = place {
        let page = sides.from.keys(&from, PAGE).await?;
        let met = moving(page.met);
        written += sides.equalise(&met).await?;
        done += met.len() as u64;
        told(Progress { done, of });
        place = page.next;
    }
    Ok(written)
}

/// A copy that had nothing to write, as the two sides are now.
async fn compare(sides: Sides<'_>, source: &Survey) -> Result<Copied, StoreError> {
    let mut both = (digest(sides.from).await?, digest(sides.to).await?);
    for _ in 1..COMPARISONS {
        if both.0 == both.1 {
            break;
        }
        both = (digest(sides.from).await?, digest(sides.to).await?);
    }
    Ok(Copied {
        written: 0,
        removed: 0,
        unknown: source.unknown,
        gateways: source.gateways,
        from: both.0,
        to: both.1,
    })
}
