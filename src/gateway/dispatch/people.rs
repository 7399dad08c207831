//! People as others see them, and one's own profile.

use super::Member;
use crate::{
    protocol::{FindUser, FoundUser, GetUser, UpdateUser, UpdatedUser},
    service::ServiceError,
};

pub(super) async fn get(member: Member, params: GetUser) -> Result<FoundUser, ServiceError> {
    let user = member.service().user(&member.caller, &params.id).await?;
    Ok(FoundUser { user })
}

pub(super) async fn find(member: Member, params: FindUser) -> Result<FoundUser, ServiceError> {
    let service = member.service();
    let user = service.find_user(&member.caller, &params.username).await?;
    Ok(FoundUser { user })
}

pub(super) async fn update(
    member: Member,
    params: UpdateUser,
) -> Result<UpdatedUser, ServiceError> {
    let service = member.service();
    let user = service
        .update_user(&member.caller, params.display_name, params.hide_reads)
        .await?;
    Ok(UpdatedUser { user })
}
