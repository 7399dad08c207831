//! People as others see them.

use super::{Caller, Service, ServiceError};
use crate::model::{Account, User, UserId};

impl Service {
    /// A person by id.
    ///
    /// # Errors
    ///
    /// `NotFound`.
    pub async fn user(&self, _caller: &Caller, _id: &UserId) -> Result<User, ServiceError> {
        todo!()
    }

    /// A person by exact user name, in any case.
    ///
    /// # Errors
    ///
    /// `NotFound`, `RateLimited`.
    pub async fn find_user(&self, _caller: &Caller, _username: &str) -> Result<User, ServiceError> {
        todo!()
    }

    /// Changes the caller's profile.
    ///
    /// # Errors
    ///
    /// `Invalid`.
    pub async fn update_user(
        &self,
        _caller: &Caller,
        _display_name: Option<String>,
    ) -> Result<Account, ServiceError> {
        todo!()
    }
}
