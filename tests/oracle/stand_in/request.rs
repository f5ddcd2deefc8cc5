//! What a client asks, read from its bytes.

use super::wire::{Reader, Unread};

const PROTOCOL: u8 = 1;
const DATA_TYPES: u8 = 2;
const FUNCTION: u8 = 3;
const ROW: u8 = 7;
const PIGGYBACK: u8 = 17;
const SHORT_LOGIN: u8 = 34;

/// Options of an execution.
const EXECUTE: usize = 0x20;

/// The release of messages from which a function carries a token; with which the short log-in is written.
const TOKENS: u8 = 18;

/// A request.
#[derive(Debug)]
pub enum Request {
    Protocol,
    DataTypes,
    /// Protocol, data types and user at once (23 on).
    ShortLogin(Credentials),
    User(Credentials),
    Password(Credentials),
    Execute(Execute),
    /// The same cursor again: its number, so many rows, the binds.
    Again(usize, usize, Vec<Vec<u8>>),
    /// Cursor and rows.
    Fetch(usize, usize),
    LogOff,
    /// Commit, roll back, ping: there is nothing to do but to say so.
    Nothing,
    Unknown(u8),
}

/// A user's name and what goes with it.
#[derive(Debug, Default)]
pub struct Credentials {
    pub user: String,
    pub mode: usize,
    fields: Vec<(String, String)>,
}

impl Credentials {
    pub fn field(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// A statement to be run.
#[derive(Debug)]
pub struct Execute {
    /// 0 for a new one.
    pub cursor: usize,
    pub sql: String,
    /// False: it is to be described only.
    pub runs: bool,
    pub rows: usize,
    /// Types and bytes.
    pub binds: Vec<(u8, Vec<u8>)>,
}

/// The request, and the cursors that the client has closed before it.
pub fn read(bytes: &[u8], fields: u8) -> Result<(Request, Vec<usize>), Unread> {
    let mut reader = Reader::new(bytes);
    let mut closed = Vec::new();
    let request = loop {
        match reader.byte()? {
            PROTOCOL => break Request::Protocol,
            DATA_TYPES => {
                data_types(&mut reader)?;
                break Request::DataTypes;
            }
            SHORT_LOGIN => break short_login(&mut reader)?,
            PIGGYBACK => piggyback(&mut reader, fields, &mut closed)?,
            FUNCTION => break function(&mut reader, fields)?,
            _ => return Err(Unread::Wrong("a message of an unknown type")),
        }
    };
    Ok((request, closed))
}

fn data_types(reader: &mut Reader<'_>) -> Result<(), Unread> {
    reader.take(5)?;
    reader.bytes()?;
    reader.bytes()?;
    while reader.take(2)? != [0, 0] {
        reader.take(6)?;
    }
    Ok(())
}

/// Three messages in one; its log-in is written as of the release that it names.
fn short_login(reader: &mut Reader<'_>) -> Result<Request, Unread> {
    reader.take(3)?;
    reader.expect(PROTOCOL, "no protocol in a short log-in")?;
    reader.take(2)?;
    while reader.byte()? != 0 {}
    reader.take(5)?;
    let fields = reader.byte()?;
    reader.expect(DATA_TYPES, "no data types in a short log-in")?;
    data_types(reader)?;
    reader.expect(FUNCTION, "no user in a short log-in")?;
    match function(reader, fields)? {
        Request::User(credentials) => Ok(Request::ShortLogin(credentials)),
        _ => Err(Unread::Wrong("another function in a short log-in")),
    }
}

fn function(reader: &mut Reader<'_>, fields: u8) -> Result<Request, Unread> {
    let code = head(reader, fields)?;
    Ok(match code {
        118 => Request::User(credentials(reader)?),
        115 => Request::Password(credentials(reader)?),
        94 => Request::Execute(execute(reader, fields)?),
        4 | 78 => {
            let (cursor, rows) = (reader.number()?, reader.number()?);
            reader.numbers(2)?;
            let mut binds = Vec::new();
            if !reader.is_empty() {
                reader.expect(ROW, "no binds")?;
                while !reader.is_empty() {
                    binds.push(reader.bytes()?);
                }
            }
            Request::Again(cursor, rows, binds)
        }
        5 => Request::Fetch(reader.number()?, reader.number()?),
        9 => Request::LogOff,
        14 | 15 | 147 => Request::Nothing,
        code => Request::Unknown(code),
    })
}

/// The code of a function; its number in the sequence and its token mean nothing here.
fn head(reader: &mut Reader<'_>, fields: u8) -> Result<u8, Unread> {
    let code = reader.byte()?;
    reader.byte()?;
    if fields >= TOKENS {
        reader.number()?;
    }
    Ok(code)
}

fn credentials(reader: &mut Reader<'_>) -> Result<Credentials, Unread> {
    let named = reader.byte()? != 0;
    reader.number()?;
    let mode = reader.number()?;
    reader.byte()?;
    let count = reader.number()?;
    reader.take(2)?;
    let user = if named { String::from_utf8_lossy(&reader.bytes()?).into_owned() } else { String::new() };
    let mut fields = Vec::new();
    for _ in 0..count {
        fields.push((reader.text()?, reader.text()?));
        reader.number()?;
    }
    Ok(Credentials { user, mode, fields })
}

/// What comes before a function: closed cursors, a schema, names for the session.
fn piggyback(reader: &mut Reader<'_>, fields: u8, closed: &mut Vec<usize>) -> Result<(), Unread> {
    match head(reader, fields)? {
        105 => {
            reader.byte()?;
            for _ in 0..reader.number()? {
                closed.push(reader.number()?);
            }
        }
        176 => {
            reader.number()?;
        }
        135 => session_names(reader)?,
        _ => return Err(Unread::Wrong("an unknown function in front of another")),
    }
    Ok(())
}

/// Module, action and so on: pointers with lengths first, then the texts that have a length.
fn session_names(reader: &mut Reader<'_>) -> Result<(), Unread> {
    reader.take(2)?;
    reader.number()?;
    let mut texts = 0;
    let mut length = |reader: &mut Reader<'_>| -> Result<(), Unread> {
        reader.byte()?;
        texts += usize::from(reader.number()? > 0);
        Ok(())
    };
    for _ in 0..3 {
        length(reader)?;
    }
    for _ in 0..2 {
        reader.byte()?;
        reader.number()?;
        reader.byte()?;
        reader.number()?;
        length(reader)?;
    }
    (0..texts).try_for_each(|_| reader.bytes().map(drop))
}

fn execute(reader: &mut Reader<'_>, fields: u8) -> Result<Execute, Unread> {
    let (options, cursor) = (reader.number()?, reader.number()?);
    reader.byte()?;
    reader.number()?;
    reader.byte()?;
    reader.number()?;
    reader.take(2)?;
    reader.number()?;
    let rows = reader.number()?;
    reader.number()?;
    reader.byte()?;
    let binds = reader.number()?;
    reader.take(6)?;
    let defines = reader.number()?;
    reader.number()?;
    reader.take(3)?;
    reader.number()?;
    reader.byte()?;
    reader.numbers(2)?;
    reader.byte()?;
    reader.number()?;
    reader.byte()?;
    if fields >= 8 {
        for _ in 0..2 {
            reader.byte()?;
            reader.number()?;
        }
        reader.byte()?;
        if fields >= 9 {
            reader.byte()?;
            reader.number()?;
        }
    }
    let sql = if cursor == 0 { reader.bytes()? } else { Vec::new() };
    reader.numbers(13)?;
    let types = (0..binds + defines).map(|_| column(reader, fields)).collect::<Result<Vec<u8>, _>>()?;
    let mut values = Vec::new();
    if binds > 0 {
        reader.expect(ROW, "no binds")?;
        for kind in types {
            values.push((kind, reader.bytes()?));
        }
    }
    let sql = String::from_utf8_lossy(&sql).into_owned();
    Ok(Execute { cursor, sql, runs: options & EXECUTE != 0, rows, binds: values })
}

/// The type of a bind or of a column that the client defines.
fn column(reader: &mut Reader<'_>, fields: u8) -> Result<u8, Unread> {
    let kind = reader.byte()?;
    reader.take(3)?;
    reader.numbers(3)?;
    reader.counted()?;
    reader.numbers(2)?;
    reader.byte()?;
    reader.number()?;
    if fields >= 8 {
        reader.number()?;
    }
    Ok(kind)
}
