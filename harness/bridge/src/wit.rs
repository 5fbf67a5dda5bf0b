//! WIT through wit-parser: which interfaces of a package make a schema, and how errors read.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use wit_parser::{
    InterfaceId, PackageId, ParseError, Resolve, ResolveError, SourceMap, Span,
    UnresolvedPackageGroup, WorldId, WorldItem, WorldKey,
};

use crate::guard::prepare_wit;
use crate::skipped::Skipped;
use crate::unit::Unit;
use crate::{Failure, FficheckLimits, Outcome};

/// The first line of what an error displays.
fn brief(error: impl std::fmt::Display) -> String {
    error
        .to_string()
        .lines()
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(" ")
}

fn parse_error(map: &SourceMap, error: &ParseError) -> Failure {
    let span = error.kind().span();
    let location = if span.is_known() {
        map.render_location(span)
    } else {
        String::new()
    };
    Failure::new(brief(error), location)
}

fn resolve_error(resolve: &Resolve, error: &ResolveError) -> Failure {
    let span = error.kind().span();
    let location = if span.is_known() {
        resolve.render_location(span)
    } else {
        String::new()
    };
    Failure::new(brief(error), location)
}

fn group(map: SourceMap) -> Result<UnresolvedPackageGroup, Failure> {
    map.parse()
        .map_err(|(map, error)| parse_error(&map, &error))
}

fn read(path: &Path, limits: &FficheckLimits) -> Result<String, Failure> {
    let shown = path.display().to_string();
    let bytes = fs::metadata(path)
        .and_then(|data| match data.len() as usize > limits.bytes {
            true => Err(std::io::Error::other(format!(
                "it has more than {} bytes",
                limits.bytes
            ))),
            false => fs::read(path),
        })
        .map_err(|error| Failure::new(format!("cannot read the file: {error}"), &*shown))?;
    let source = String::from_utf8(bytes)
        .map_err(|_| Failure::new("the file is not valid UTF-8", &*shown))?;
    prepare_wit(&source, &shown, limits)
}

/// The .wit files of one directory, sorted, as one package.
fn read_dir(
    path: &Path,
    limits: &FficheckLimits,
) -> Result<Option<UnresolvedPackageGroup>, Failure> {
    let mut map = SourceMap::new();
    let mut any = false;
    for file in entries(path)? {
        if file.is_file() && file.extension().is_some_and(|extension| extension == "wit") {
            map.push_str(&file.display().to_string(), read(&file, limits)?);
            any = true;
        }
    }
    if any {
        group(map).map(Some)
    } else {
        Ok(None)
    }
}

fn entries(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let fail = |error| {
        Failure::new(
            format!("cannot read the directory: {error}"),
            path.display().to_string(),
        )
    };
    let mut paths = fs::read_dir(path)
        .map_err(fail)?
        .map(|entry| entry.map(|entry| entry.path()).map_err(fail))
        .collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

pub fn parse_text(source: &str, file: &str, limits: &FficheckLimits) -> Outcome {
    let mut map = SourceMap::new();
    map.push_str(file, prepare_wit(source, file, limits)?);
    let main = group(map)?;
    resolve(main, Vec::new())
}

pub fn parse_path(path: &str, limits: &FficheckLimits) -> Outcome {
    let path = Path::new(path);
    if !path.is_dir() {
        let mut map = SourceMap::new();
        map.push_str(&path.display().to_string(), read(path, limits)?);
        return resolve(group(map)?, Vec::new());
    }
    let none = || Failure::new("the directory has no .wit file", path.display().to_string());
    let main = read_dir(path, limits)?.ok_or_else(none)?;
    let mut deps = Vec::new();
    let deps_path = path.join("deps");
    if deps_path.is_dir() {
        for entry in entries(&deps_path)? {
            if entry.is_dir() {
                deps.extend(read_dir(&entry, limits)?);
            } else if entry
                .extension()
                .is_some_and(|extension| extension == "wit")
            {
                let mut map = SourceMap::new();
                map.push_str(&entry.display().to_string(), read(&entry, limits)?);
                deps.push(group(map)?);
            }
        }
    }
    resolve(main, deps)
}

fn resolve(main: UnresolvedPackageGroup, deps: Vec<UnresolvedPackageGroup>) -> Outcome {
    let mut resolve = Resolve::new();
    let package = match resolve.push_groups(main, deps) {
        Ok(package) => package,
        Err(error) => return Err(resolve_error(&resolve, &error)),
    };
    let mut skipped = Vec::new();
    let units = units(&resolve, package, &mut skipped);
    Ok(json!({
        "units": units.iter().map(Unit::json).collect::<Vec<_>>(),
        "skipped": skipped.iter().map(Skipped::json).collect::<Vec<_>>(),
    })
    .to_string())
}

fn units<'a>(
    resolve: &'a Resolve,
    package: PackageId,
    skipped: &mut Vec<Skipped>,
) -> Vec<Unit<'a>> {
    let worlds = &resolve.packages[package].worlds;
    if worlds.len() == 1 {
        let world = worlds[0];
        if !resolve.worlds[world].exports.is_empty() {
            return world_units(resolve, world, skipped);
        }
    }
    let mut out = Vec::new();
    for (name, &id) in &resolve.packages[package].interfaces {
        let before = skipped.len();
        let mut unit = Unit::new(resolve, Some(package), name);
        unit.own_names([id], []);
        unit.add_interface(id, skipped);
        if unit.functions.is_empty() {
            let reason = match skipped.len() > before {
                true => "no function of it is supported",
                false => "it has no functions",
            };
            let span = resolve.interfaces[id].span;
            skipped.push(Skipped::new(resolve, unit.title(), reason, span));
        } else {
            out.push(unit);
        }
    }
    out
}

/// Each exported interface with the world's imports; functions that the world exports itself make a
/// unit named like the world.
fn world_units<'a>(
    resolve: &'a Resolve,
    world: WorldId,
    skipped: &mut Vec<Skipped>,
) -> Vec<Unit<'a>> {
    let items = &resolve.worlds[world];
    let mut exported: Vec<(String, InterfaceId)> = Vec::new();
    let mut loose = Vec::new();
    for (key, item) in &items.exports {
        match item {
            WorldItem::Interface { id, .. } => {
                let name = match key {
                    WorldKey::Name(name) => Some(name.clone()),
                    WorldKey::Interface(id) => resolve.interfaces[*id].name.clone(),
                };
                exported.push((name.unwrap_or_default(), *id));
            }
            WorldItem::Function(function) => loose.push(function),
            WorldItem::Type { .. } => {}
        }
    }
    let mut out = Vec::new();
    for (name, id) in exported {
        let package = resolve.interfaces[id].package.or(items.package);
        let mut unit = Unit::new(resolve, package, &name);
        unit.own_names([id], []);
        unit.add_imports(world, skipped);
        unit.add_interface(id, skipped);
        keep(
            resolve,
            unit,
            resolve.interfaces[id].span,
            &mut out,
            skipped,
        );
    }
    if !loose.is_empty() {
        let mut unit = Unit::new(resolve, items.package, &items.name);
        unit.own_names([], loose.iter().copied());
        unit.add_imports(world, skipped);
        unit.add_functions(loose, skipped);
        keep(resolve, unit, items.span, &mut out, skipped);
    }
    out
}

/// The unit makes a schema, unless nothing was left of it.
fn keep<'a>(
    resolve: &Resolve,
    unit: Unit<'a>,
    span: Span,
    out: &mut Vec<Unit<'a>>,
    skipped: &mut Vec<Skipped>,
) {
    if unit.is_empty() {
        let reason = "no function of it is supported";
        skipped.push(Skipped::new(resolve, unit.title(), reason, span));
    } else {
        out.push(unit);
    }
}
