//! People as others see them.

use super::{Caller, Service, ServiceError, accounts::ATTEMPTS, names};
use crate::{
    model::{Account, Change, User, UserId},
    store::engine::Swapped,
};

impl Service {
    /// A person by id.
    ///
    /// # Errors
    ///
    /// `NotFound`.
    pub async fn user(&self, _caller: &Caller, id: &UserId) -> Result<User, ServiceError> {
        let user = self.accounts.user(id).await?;
        Ok(user.ok_or(ServiceError::NotFound)?.record.account.user)
    }

    /// Several people in one round trip, in the order asked for; `None` for who is unknown.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn users(&self, ids: &[UserId]) -> Result<Vec<Option<User>>, ServiceError> {
        let users = self.accounts.users(ids).await?;
        Ok(users
            .into_iter()
            .map(|user| user.map(|user| user.account.user))
            .collect())
    }

    /// A person by exact user name, in any case.
    ///
    /// # Errors
    ///
    /// `NotFound`, `RateLimited`.
    pub async fn find_user(&self, caller: &Caller, username: &str) -> Result<User, ServiceError> {
        self.limiter.lookup(&caller.user)?;
        let name = names::username(username).unwrap_or_default();
        let user = self.accounts.user_named(&name).await?;
        Ok(user.ok_or(ServiceError::NotFound)?.record.account.user)
    }

    /// Changes the caller's profile and settings; what is absent stays.
    ///
    /// # Errors
    ///
    /// `Invalid`, `TooLarge`, `RateLimited`.
    pub async fn update_user(
        &self,
        caller: &Caller,
        display_name: Option<String>,
        hide_reads: Option<bool>,
    ) -> Result<Account, ServiceError> {
        let display_name = display_name.as_deref().map(names::display_name);
        let display_name = display_name.transpose()?;
        self.limiter.change(&caller.user)?;
        for _ in 0..ATTEMPTS {
            let user = self.own_record(&caller.user).await?;
            let mut changed = user.record.clone();
            changed.account.user.display_name.clone_from(
                display_name
                    .as_ref()
                    .unwrap_or(&user.record.account.user.display_name),
            );
            changed.account.hide_reads = hide_reads.unwrap_or(user.record.account.hide_reads);
            let same = changed == user.record;
            if same || self.accounts.change(&user, &changed).await? == Swapped::Yes {
                // Also when nothing changed: whoever changed it may have ended before the log.
                let what = ["account", &self.parts.clock.now_us().to_string()];
                let origin = Some(caller.origin.clone());
                self.log(&caller.user, &what, Change::Account, origin)
                    .await?;
                return Ok(changed.account);
            }
        }
        Err(ServiceError::Overloaded)
    }
}
