//! Frames: the envelope of a request, then its params as every method would read them.
//!
//! The first byte chooses the format, the rest is the frame. Beside panics and hangs, a finding is: memory that
//! does not stand in proportion to the frame, or a request that reads differently once written again.
#![no_main]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use bytes::Bytes;
use curlew::protocol::{
    self as p, Format, FrameFault, FrameLimits, Method, MethodName, RawParams, decode_frame,
};
use libfuzzer_sys::fuzz_target;
use serde::{Serialize, de::DeserializeOwned};

/// As the server has them by default.
const LIMITS: FrameLimits = FrameLimits {
    bytes: 64 * 1024,
    depth: 16,
};

/// Most bytes that may be in use at once for each byte of the frame, and beside that.
const BYTES_PER_BYTE: usize = 256;
const BYTES_BESIDE: usize = 16 * 1024;

thread_local! {
    static IN_USE: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counting what one thread has in use.
struct Counting;

// SAFETY: every call is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _thread_ends = IN_USE.try_with(|in_use| {
            in_use.set(in_use.get().wrapping_add(layout.size()));
            PEAK.with(|peak| peak.set(peak.get().max(in_use.get())));
        });
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let _thread_ends =
            IN_USE.try_with(|in_use| in_use.set(in_use.get().saturating_sub(layout.size())));
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs `work` and returns the most bytes that were in use meanwhile.
fn peak_of(work: impl FnOnce()) -> usize {
    IN_USE.set(0);
    PEAK.set(0);
    work();
    PEAK.get()
}

fuzz_target!(|input: &[u8]| {
    let Some((choice, frame)) = input.split_first() else {
        return;
    };
    let format = if choice % 2 == 0 {
        Format::Json
    } else {
        Format::MessagePack
    };
    let frame = Bytes::copy_from_slice(frame);
    let peak = peak_of(|| read(format, &frame));
    let allowed = BYTES_BESIDE + BYTES_PER_BYTE * frame.len();
    assert!(
        peak <= allowed,
        "{peak} bytes in use for a frame of {}",
        frame.len()
    );
});

fn read(format: Format, frame: &Bytes) {
    match decode_frame(format, frame, LIMITS) {
        Ok(request) => {
            assert!(request.id < 1 << 53, "an id that JavaScript cannot hold");
            read_params(request.method, &request.params);
        }
        Err(FrameFault::TooLarge) => assert!(frame.len() > LIMITS.bytes),
        Err(FrameFault::TooDeep | FrameFault::Malformed) => {}
    }
}

/// Reads params as those of the named method; of every method when none is named.
fn read_params(named: Option<MethodName>, params: &RawParams) {
    read_one::<p::GetServerInfo>(named, params);
    read_one::<p::Register>(named, params);
    read_one::<p::Login>(named, params);
    read_one::<p::Hello>(named, params);
    read_one::<p::ListSessions>(named, params);
    read_one::<p::EndSession>(named, params);
    read_one::<p::ChangePassword>(named, params);
    read_one::<p::GetUser>(named, params);
    read_one::<p::FindUser>(named, params);
    read_one::<p::UpdateUser>(named, params);
    read_one::<p::CreateChat>(named, params);
    read_one::<p::ListChats>(named, params);
    read_one::<p::GetChat>(named, params);
    read_one::<p::ListMembers>(named, params);
    read_one::<p::UpdateChat>(named, params);
    read_one::<p::AddMembers>(named, params);
    read_one::<p::RemoveMember>(named, params);
    read_one::<p::LeaveChat>(named, params);
    read_one::<p::SendMessage>(named, params);
    read_one::<p::PullTimeline>(named, params);
    read_one::<p::PullChanges>(named, params);
    read_one::<p::PullLog>(named, params);
    read_one::<p::Sync>(named, params);
    read_one::<p::MarkRead>(named, params);
}

/// Reads params as those of `M`, and again from what they are written as.
fn read_one<M: Method + Serialize + DeserializeOwned>(
    named: Option<MethodName>,
    params: &RawParams,
) {
    if named.is_some_and(|name| name != M::NAME) {
        return;
    }
    let Ok(value) = params.decode::<M>() else {
        return;
    };
    let envelope = Written {
        id: 1,
        method: M::NAME.wire(),
        params: &value,
    };
    let frame = match params.format() {
        Format::Json => write_json(&envelope),
        Format::MessagePack => write_packed(&envelope),
    };
    let generous = FrameLimits {
        bytes: 1 << 20,
        depth: 64,
    };
    let again =
        decode_frame(params.format(), &frame, generous).expect("what was read can be written");
    let again = again.params.decode::<M>().expect("and read again");
    let written = match params.format() {
        Format::Json => write_json(&Written {
            params: &again,
            ..envelope
        }),
        Format::MessagePack => write_packed(&Written {
            params: &again,
            ..envelope
        }),
    };
    assert_eq!(
        frame, written,
        "a request that changes when it is read and written"
    );
}

#[derive(Serialize)]
struct Written<'a, P> {
    id: u64,
    method: &'a str,
    params: &'a P,
}

fn write_json<P: Serialize>(envelope: &Written<'_, P>) -> Bytes {
    serde_json::to_vec(envelope)
        .expect("params have text keys")
        .into()
}

fn write_packed<P: Serialize>(envelope: &Written<'_, P>) -> Bytes {
    rmp_serde::to_vec_named(envelope)
        .expect("params have known lengths")
        .into()
}
