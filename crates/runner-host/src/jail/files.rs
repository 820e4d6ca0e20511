//! The file half of the jail: a Landlock ruleset that names what may be touched; all else is refused by the kernel.
//!
//! Landlock does not govern changing a file's mode, owner, times and attributes, nor asking whether a name exists.
//! The first are denied by `calls`; the last stays possible.

use std::io::Error;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetError, Scope, make_bitflags,
};

use crate::spec::{Access, BoundGrant};

/// The newest set of rights that this code was written and tried against.
const KNOWN: ABI = ABI::V7;

/// What a jailed runner may touch.
pub(crate) struct Allowed<'a> {
    /// Programs and their loader: read and execute.
    pub programs: &'a [PathBuf],
    /// Libraries and other single files: read.
    pub files: &'a [PathBuf],
    /// The person's folders.
    pub grants: &'a [BoundGrant],
    /// Its private folder: everything a program does in its tmp.
    pub tmp: &'a Path,
}

/// Landlock's ABI on this kernel; 0 for none.
pub(crate) fn abi() -> u32 {
    const VERSION: libc::c_uint = 1;
    // SAFETY: with this flag the call takes no pointer and only returns a number.
    let abi = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0usize, VERSION) };
    u32::try_from(abi).unwrap_or(0)
}

/// The ruleset as a descriptor, to be enforced by the child. `at_most` lowers the ABI, so that the escape suite can
/// see what an older kernel would leave open.
pub(crate) fn ruleset(allowed: &Allowed<'_>, at_most: Option<u32>) -> Result<Option<OwnedFd>, Error> {
    let abi = match at_most {
        Some(cap) => ABI::from(i32::try_from(cap).unwrap_or(i32::MAX)).min(KNOWN),
        None => KNOWN,
    };
    let mut created = handled(abi).map_err(Error::other)?;
    for (path, access) in rules(allowed, abi) {
        let opened = PathFd::new(path).map_err(Error::other)?;
        created = created.add_rule(PathBeneath::new(opened, access)).map_err(Error::other)?;
    }
    Ok(created.into())
}

/// Every right of this ABI is handled, so each that no rule gives is refused.
fn handled(abi: ABI) -> Result<RulesetCreated, RulesetError> {
    let best_effort = Ruleset::default().set_compatibility(CompatLevel::BestEffort);
    let mut ruleset = best_effort.handle_access(AccessFs::from_all(abi))?;
    // Rights of a later ABI than the capped one would be empty sets, which the library refuses.
    if abi >= ABI::V4 {
        ruleset = ruleset.handle_access(AccessNet::from_all(abi))?;
    }
    if abi >= ABI::V6 {
        ruleset = ruleset.scope(Scope::from_all(abi))?;
    }
    Ok(ruleset.create()?.set_compatibility(CompatLevel::BestEffort))
}

fn rules<'a>(allowed: &'a Allowed<'_>, abi: ABI) -> Vec<(&'a Path, BitFlags<AccessFs>)> {
    let read = make_bitflags!(AccessFs::{ReadFile});
    let run = make_bitflags!(AccessFs::{Execute | ReadFile});
    let mut rules: Vec<(&Path, BitFlags<AccessFs>)> = Vec::new();
    rules.extend(allowed.programs.iter().map(|path| (path.as_path(), run)));
    rules.extend(allowed.files.iter().map(|path| (path.as_path(), read)));
    rules.push((Path::new("/dev/null"), make_bitflags!(AccessFs::{ReadFile | WriteFile})));
    rules.push((Path::new("/dev/urandom"), read));
    rules.extend(allowed.grants.iter().map(|grant| match grant.access {
        Access::ReadOnly => (grant.path.as_path(), reading()),
        Access::ReadWrite => (grant.path.as_path(), reading() | writing(abi)),
    }));
    rules.push((allowed.tmp, reading() | writing(abi)));
    rules
}

fn reading() -> BitFlags<AccessFs> {
    make_bitflags!(AccessFs::{ReadFile | ReadDir})
}

/// Not among them: execute, and making devices, sockets, pipes and symbolic links. A link made in a granted folder
/// could lead the next program that writes there out of it.
fn writing(abi: ABI) -> BitFlags<AccessFs> {
    let wanted = make_bitflags!(AccessFs::{
        WriteFile | Truncate | RemoveFile | RemoveDir | MakeReg | MakeDir | Refer
    });
    wanted & AccessFs::from_all(abi)
}
