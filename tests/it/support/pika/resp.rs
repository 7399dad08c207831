//! RESP2, the older half of the protocol: all that Pika speaks.

use std::io::{self, BufRead, Read};

/// A reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    Simple(&'static str),
    Error(String),
    Integer(i64),
    Nil,
    Bulk(Vec<u8>),
    Array(Vec<Reply>),
    /// Said before the connection is closed.
    Bye,
}

impl Reply {
    /// A string.
    pub(crate) fn bulk(text: impl Into<Vec<u8>>) -> Self {
        Self::Bulk(text.into())
    }

    /// As it goes over the wire.
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Simple(text) => format!("+{text}\r\n").into_bytes(),
            Self::Error(text) => format!("-{text}\r\n").into_bytes(),
            Self::Integer(number) => format!(":{number}\r\n").into_bytes(),
            Self::Nil => b"$-1\r\n".to_vec(),
            Self::Bulk(bytes) => {
                [format!("${}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
            }
            Self::Array(replies) => {
                let mut bytes = format!("*{}\r\n", replies.len()).into_bytes();
                bytes.extend(replies.iter().flat_map(Self::encode));
                bytes
            }
            Self::Bye => b"+OK\r\n".to_vec(),
        }
    }
}

/// Reads one command: an array of strings, or words on a line.
pub(crate) fn read_command(reader: &mut impl BufRead) -> io::Result<Vec<Vec<u8>>> {
    let line = read_line(reader)?;
    let Some(count) = line.strip_prefix('*') else {
        return Ok(line
            .split_whitespace()
            .map(|word| word.as_bytes().to_vec())
            .collect());
    };
    let count: usize = count.parse().map_err(|_| malformed())?;
    (0..count).map(|_| read_bulk(reader)).collect()
}

fn read_bulk(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let line = read_line(reader)?;
    let length = line.strip_prefix('$').ok_or_else(malformed)?;
    let length: usize = length.parse().map_err(|_| malformed())?;
    let mut bytes = vec![0; length + 2];
    reader.read_exact(&mut bytes)?;
    bytes.truncate(length);
    Ok(bytes)
}

fn read_line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if reader.take(64 * 1024).read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

fn malformed() -> io::Error {
    io::ErrorKind::InvalidData.into()
}
