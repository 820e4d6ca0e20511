//! Newline-delimited JSON frames with a size limit: the one codec under every transport.
//!
//! A frame that is too long or torn ends the stream: after it the boundaries of what follows cannot be trusted.
//! What a frame means is read in `rpc`.

use tokio_util::bytes::{Buf, Bytes, BytesMut};
use tokio_util::codec::Decoder;

/// Largest frame that the host sends to a runner.
pub const TO_RUNNER_LIMIT: usize = 64 << 20;
/// Largest frame that the host takes from a runner.
pub const TO_HOST_LIMIT: usize = 16 << 20;

/// Why a byte stream is not a stream of frames.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The line is longer than allowed.
    #[error("a frame is longer than {limit} bytes")]
    TooBig {
        /// The limit.
        limit: usize,
    },
    /// The stream ended inside a frame.
    #[error("the stream ended inside a frame")]
    Torn,
    /// The transport failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Splits a byte stream at newlines. The newline is not part of the frame.
#[derive(Debug)]
pub struct NdjsonCodec {
    limit: usize,
    scanned: usize,
}

impl NdjsonCodec {
    /// A codec that refuses frames of more than `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit, scanned: 0 }
    }
}

impl Decoder for NdjsonCodec {
    type Item = Bytes;
    type Error = FrameError;

    fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<Bytes>, FrameError> {
        // Only what arrived since the last call is searched, so a large frame in small pieces stays linear.
        let found = buffer[self.scanned..].iter().position(|byte| *byte == b'\n').map(|at| at + self.scanned);
        match found {
            Some(end) if end <= self.limit => {
                self.scanned = 0;
                let frame = buffer.split_to(end).freeze();
                buffer.advance(1);
                Ok(Some(frame))
            }
            None if buffer.len() <= self.limit => {
                self.scanned = buffer.len();
                Ok(None)
            }
            _ => Err(FrameError::TooBig { limit: self.limit }),
        }
    }

    fn decode_eof(&mut self, buffer: &mut BytesMut) -> Result<Option<Bytes>, FrameError> {
        match self.decode(buffer)? {
            Some(frame) => Ok(Some(frame)),
            None if buffer.is_empty() => Ok(None),
            None => Err(FrameError::Torn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small seeded generator: the same splits on every machine.
    struct Dice(u64);
    impl Dice {
        fn roll(&mut self, below: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % below.max(1) as u64) as usize
        }
    }

    fn feed(codec: &mut NdjsonCodec, stream: &[u8], dice: &mut Dice) -> Result<Vec<Vec<u8>>, FrameError> {
        let mut buffer = BytesMut::new();
        let mut frames = Vec::new();
        let mut rest = stream;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(1 + dice.roll(rest.len().min(40)));
            buffer.extend_from_slice(now);
            rest = later;
            while let Some(frame) = codec.decode(&mut buffer)? {
                frames.push(frame.to_vec());
            }
        }
        while let Some(frame) = codec.decode_eof(&mut buffer)? {
            frames.push(frame.to_vec());
        }
        Ok(frames)
    }

    #[test]
    fn any_split_of_the_stream_gives_the_same_frames() {
        for seed in 1..400u64 {
            let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let frames: Vec<Vec<u8>> =
                (0..dice.roll(12)).map(|_| (0..dice.roll(90)).map(|_| b'a' + dice.roll(26) as u8).collect()).collect();
            let stream: Vec<u8> = frames.iter().flat_map(|f| f.iter().copied().chain([b'\n'])).collect();
            let got = feed(&mut NdjsonCodec::new(90), &stream, &mut dice).unwrap();
            assert_eq!(got, frames, "seed {seed}");
        }
    }

    #[test]
    fn a_frame_over_the_limit_is_refused_however_it_is_split() {
        for seed in 1..200u64 {
            let mut dice = Dice(seed * 7919);
            let mut stream = b"ok\n".to_vec();
            stream.extend(std::iter::repeat_n(b'x', 65));
            if dice.roll(2) == 0 {
                stream.push(b'\n');
            }
            let got = feed(&mut NdjsonCodec::new(64), &stream, &mut dice);
            assert!(matches!(got, Err(FrameError::TooBig { limit: 64 })), "seed {seed}: {got:?}");
        }
    }

    #[test]
    fn a_frame_of_exactly_the_limit_passes() {
        let mut stream = vec![b'x'; 64];
        stream.push(b'\n');
        assert_eq!(feed(&mut NdjsonCodec::new(64), &stream, &mut Dice(3)).unwrap().len(), 1);
    }

    #[test]
    fn a_stream_that_ends_inside_a_frame_is_torn() {
        assert!(matches!(feed(&mut NdjsonCodec::new(64), b"whole\nhal", &mut Dice(5)), Err(FrameError::Torn)));
    }
}
