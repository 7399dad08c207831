//! What the operating system says about the server's process.

use std::{fs, io, time::Duration};

/// Memory and processor time of a process at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Usage {
    /// Resident memory, in bytes.
    pub(super) resident_bytes: u64,
    /// Processor time of its living threads, where the system counts it.
    pub(super) processor: Option<Duration>,
}

impl Usage {
    /// Looks at the process `pid`.
    pub(super) fn of(pid: u32) -> io::Result<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        Ok(Self {
            resident_bytes: resident(&status).ok_or(io::ErrorKind::InvalidData)?,
            processor: processor(pid).ok(),
        })
    }
}

fn resident(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib * 1_024)
}

fn processor(pid: u32) -> io::Result<Duration> {
    let mut nanos = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        let schedule = fs::read_to_string(thread?.path().join("schedstat"))?;
        nanos += ran(&schedule).ok_or(io::ErrorKind::InvalidData)?;
    }
    Ok(Duration::from_nanos(nanos))
}

fn ran(schedule: &str) -> Option<u64> {
    schedule.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_memory_and_time() {
        let usage = Usage::of(std::process::id()).unwrap();
        assert!(usage.resident_bytes > 100_000);
        assert!(usage.processor.is_none_or(|time| time > Duration::ZERO));
    }

    #[test]
    fn figures_are_read_in_their_units() {
        let status = "Name:\tcurlew\nVmHWM:\t   9000 kB\nVmRSS:\t    8192 kB\nThreads:\t3\n";
        assert_eq!(resident(status), Some(8 * 1_024 * 1_024));
        assert_eq!(ran("1500000 22 7\n"), Some(1_500_000));
    }
}
