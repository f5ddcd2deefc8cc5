//! The cryptography of a log-in, pure: the password is never sent, only what both sides can derive from it.

use aes::{Aes192, Aes256};
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::NoPadding};
use md5::Md5;
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Digest, Sha512};

use super::accounts::Verifier;

const ZEROS: [u8; 16] = [0; 16];

/// What the server knows of a password, and has sent of it.
pub struct Challenge {
    pub verifier: Verifier,
    /// The salt that the password is kept with.
    pub salt: Vec<u8>,
    /// The salt of this session's key.
    pub session_salt: Vec<u8>,
    /// The server's half of the session's key, as it is sent.
    pub sent: Vec<u8>,
    key: Vec<u8>,
    half: Vec<u8>,
}

/// How often the password and the session's key are hashed.
pub const ROUNDS: u32 = 4096;
pub const SESSION_ROUNDS: u32 = 3;

impl Challenge {
    pub fn new(verifier: Verifier, password: &[u8]) -> Self {
        let (salt, key, half) = match verifier {
            Verifier::Pbkdf2 => {
                let salt = random(16);
                let mut speedy = [0; 64];
                pbkdf2_hmac::<Sha512>(password, &[&salt[..], b"AUTH_PBKDF2_SPEEDY_KEY"].concat(), ROUNDS, &mut speedy);
                let key = Sha512::digest([&speedy[..], &salt].concat())[..32].to_vec();
                (salt, key, random(32))
            }
            Verifier::Sha1 => {
                let salt = random(10);
                let mut key = Sha1::digest([password, &salt].concat()).to_vec();
                key.resize(24, 0);
                (salt, key, random(48))
            }
        };
        let sent = encrypt(&key, &half);
        Self { verifier, salt, session_salt: random(16), sent, key, half }
    }

    /// The session's key, from the client's half as it was received.
    fn session_key(&self, received: &[u8]) -> Option<Vec<u8>> {
        let other = decrypt(&self.key, received)?;
        Some(match self.verifier {
            Verifier::Pbkdf2 => {
                let both = hex(&[other.get(..32)?, self.half.get(..32)?].concat());
                let mut key = [0; 32];
                pbkdf2_hmac::<Sha512>(both.as_bytes(), &self.session_salt, SESSION_ROUNDS, &mut key);
                key.to_vec()
            }
            Verifier::Sha1 => {
                let halves = self.half.get(16..40)?.iter().zip(other.get(16..40)?);
                let mixed: Vec<u8> = halves.map(|(a, b)| a ^ b).collect();
                let mut key = [Md5::digest(&mixed[..16]), Md5::digest(&mixed[16..])].concat();
                key.truncate(24);
                key
            }
        })
    }

    /// The password that the client knows, and the session's key to answer it with.
    pub fn open(&self, received: &str, password: &str) -> Option<(Vec<u8>, Vec<u8>)> {
        let key = self.session_key(&unhex(received)?)?;
        let padded = decrypt(&key, &unhex(password)?)?;
        let padding = *padded.last()?;
        let end = padded.len().checked_sub(usize::from(padding))?;
        // The first block is noise.
        let known = padded.get(16..end)?.to_vec();
        padded[end..].iter().all(|byte| *byte == padding).then_some((known, key))
    }
}

/// The server's proof that it knows the session's key, too.
pub fn proof(key: &[u8]) -> String {
    let mut text = random(16);
    text.extend_from_slice(b"SERVER_TO_CLIENT");
    text.extend([16; 16]);
    hex(&encrypt(key, &text))
}

fn encrypt(key: &[u8], text: &[u8]) -> Vec<u8> {
    if key.len() == 24 {
        return cbc::Encryptor::<Aes192>::new_from_slices(key, &ZEROS).unwrap().encrypt_padded_vec::<NoPadding>(text);
    }
    cbc::Encryptor::<Aes256>::new_from_slices(key, &ZEROS).unwrap().encrypt_padded_vec::<NoPadding>(text)
}

fn decrypt(key: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    if key.len() == 24 {
        return cbc::Decryptor::<Aes192>::new_from_slices(key, &ZEROS).ok()?.decrypt_padded_vec::<NoPadding>(text).ok();
    }
    cbc::Decryptor::<Aes256>::new_from_slices(key, &ZEROS).ok()?.decrypt_padded_vec::<NoPadding>(text).ok()
}

/// Bytes that differ from session to session; no secret depends on them.
pub fn random(count: usize) -> Vec<u8> {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let words = std::iter::repeat_with(|| RandomState::new().build_hasher().finish().to_be_bytes());
    words.flatten().take(count).collect()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    pairs.collect()
}
