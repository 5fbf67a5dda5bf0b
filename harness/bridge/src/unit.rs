//! One schema's worth of a resolved package: types in topological order, names apart.

use std::collections::{HashMap, HashSet};

use serde_json::{json, Value};
use wit_parser::{
    Function, FunctionKind, Handle, InterfaceId, PackageId, Resolve, Type, TypeDefKind, TypeId,
    TypeOwner, WorldId, WorldItem,
};

use crate::guard::{EMPTY_RECORD, WIDE_FLAGS};
use crate::skipped::Skipped;

/// Index into `Unit::types`, or why the type has none.
type Converted = Result<usize, String>;

pub struct Unit<'a> {
    resolve: &'a Resolve,
    package: String,
    interface: String,
    types: Vec<Value>,
    resources: Vec<(String, bool)>,
    pub functions: Vec<Value>,
    imports: Vec<Value>,
    done: HashMap<TypeId, Converted>,
    anonymous: HashMap<String, usize>,
    resource_ids: HashMap<TypeId, usize>,
    names: HashMap<TypeId, String>,
    /// Names of types and resources; of those and exported functions; of those and imports; all in
    /// lower case, since WIT's names differ in more than case.
    type_names: HashSet<String>,
    export_names: HashSet<String>,
    import_names: HashSet<String>,
    /// Interfaces whose resources the host implements.
    imported: HashSet<InterfaceId>,
}

impl<'a> Unit<'a> {
    pub fn new(resolve: &'a Resolve, package: Option<PackageId>, interface: &str) -> Self {
        Unit {
            resolve,
            package: package
                .map(|id| resolve.packages[id].name.to_string())
                .unwrap_or_default(),
            interface: interface.to_string(),
            types: Vec::new(),
            resources: Vec::new(),
            functions: Vec::new(),
            imports: Vec::new(),
            done: HashMap::new(),
            anonymous: HashMap::new(),
            resource_ids: HashMap::new(),
            names: HashMap::new(),
            type_names: HashSet::new(),
            export_names: HashSet::new(),
            import_names: HashSet::new(),
            imported: HashSet::new(),
        }
    }

    pub fn title(&self) -> String {
        format!("{}/{}", self.package, self.interface)
    }

    /// Whether there is a function in it to call, either way.
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.imports.is_empty()
    }

    pub fn json(&self) -> Value {
        let resources: Vec<_> = self
            .resources
            .iter()
            .map(|(name, imported)| json!({ "name": name, "imported": imported }))
            .collect();
        json!({
            "package": self.package, "interface": self.interface, "types": self.types,
            "resources": resources, "functions": self.functions, "imports": self.imports,
        })
    }

    /// Gives the unit's own types and functions their names before any foreign one can take them.
    pub fn own_names<'f>(
        &mut self,
        interfaces: impl IntoIterator<Item = InterfaceId>,
        functions: impl IntoIterator<Item = &'f Function>,
    ) {
        for id in interfaces {
            let interface = &self.resolve.interfaces[id];
            for (name, &id) in &interface.types {
                // An alias keeps no name of its own.
                if !matches!(self.resolve.types[id].kind, TypeDefKind::Type(_)) {
                    self.type_names.insert(name.to_lowercase());
                    self.names.insert(id, name.clone());
                }
            }
            for function in interface.functions.values() {
                self.export_names.insert(function.name.to_lowercase());
            }
        }
        for function in functions {
            self.export_names.insert(function.name.to_lowercase());
        }
    }

    /// All types of an interface in order, then its functions.
    pub fn add_interface(&mut self, id: InterfaceId, skipped: &mut Vec<Skipped>) {
        let interface = &self.resolve.interfaces[id];
        for (name, &id) in &interface.types {
            if let Err(reason) = self.definition(id) {
                let name = format!("{}.{name}", self.title());
                let span = self.resolve.types[id].span;
                skipped.push(Skipped::new(self.resolve, name, reason, span));
            }
        }
        self.add_functions(interface.functions.values(), skipped);
    }

    pub fn add_functions<'f>(
        &mut self,
        functions: impl IntoIterator<Item = &'f Function>,
        skipped: &mut Vec<Skipped>,
    ) {
        for function in functions {
            match self.function(function, function.item_name()) {
                Ok(value) => self.functions.push(value),
                Err(reason) => {
                    let owner = match function.kind.resource() {
                        Some(id) => self.resolve.types[id].name.clone().unwrap_or_default() + ".",
                        None => String::new(),
                    };
                    let name = format!("{}.{owner}{}", self.title(), function.item_name());
                    skipped.push(Skipped::new(self.resolve, name, reason, function.span));
                }
            }
        }
    }

    /// The functions that a world imports, with the types that they need and no others.
    pub fn add_imports(&mut self, world: WorldId, skipped: &mut Vec<Skipped>) {
        let mut functions: Vec<(Option<InterfaceId>, &Function)> = Vec::new();
        for item in self.resolve.worlds[world].imports.values() {
            match item {
                WorldItem::Interface { id, .. } => {
                    self.imported.insert(*id);
                    let all = self.resolve.interfaces[*id].functions.values();
                    functions.extend(all.map(|function| (Some(*id), function)));
                }
                WorldItem::Function(function) => functions.push((None, function)),
                WorldItem::Type { .. } => {}
            }
        }
        let mut needed = HashSet::new();
        for (_, function) in &functions {
            for ty in function.parameter_and_result_types() {
                self.reach(ty, &mut needed);
            }
            if let Some(id) = function.kind.resource() {
                needed.insert(id);
            }
        }
        // In the order of their declarations, so that printing and parsing again changes no order.
        for item in self.resolve.worlds[world].imports.values() {
            if let WorldItem::Interface { id, .. } = item {
                for id in self.resolve.interfaces[*id].types.values() {
                    if needed.contains(id) {
                        let _ = self.definition(*id);
                    }
                }
            }
        }
        for (interface, function) in functions {
            let name = match function.kind.resource() {
                Some(_) => function.item_name().to_string(),
                None => {
                    let owner = interface.and_then(|id| self.resolve.interfaces[id].name.clone());
                    let taken = [&self.type_names, &self.import_names];
                    let name = free_name(function.item_name(), owner.as_deref(), &taken);
                    self.import_names.insert(name.to_lowercase());
                    name
                }
            };
            match self.function(function, &name) {
                Ok(value) => self.imports.push(value),
                Err(reason) => skipped.push(Skipped::new(
                    self.resolve,
                    format!("import {name} of {}", self.title()),
                    reason,
                    function.span,
                )),
            }
        }
    }

    fn reach(&self, ty: Type, seen: &mut HashSet<TypeId>) {
        let Type::Id(id) = ty else { return };
        if !seen.insert(id) {
            return;
        }
        match &self.resolve.types[id].kind {
            TypeDefKind::Record(record) => {
                record.fields.iter().for_each(|f| self.reach(f.ty, seen))
            }
            TypeDefKind::Tuple(tuple) => tuple.types.iter().for_each(|&ty| self.reach(ty, seen)),
            TypeDefKind::Variant(variant) => variant
                .cases
                .iter()
                .filter_map(|c| c.ty)
                .for_each(|ty| self.reach(ty, seen)),
            TypeDefKind::Option(ty) | TypeDefKind::List(ty) | TypeDefKind::Type(ty) => {
                self.reach(*ty, seen)
            }
            TypeDefKind::Result(result) => result
                .ok
                .iter()
                .chain(&result.err)
                .for_each(|&ty| self.reach(ty, seen)),
            TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => {
                self.reach(Type::Id(*id), seen)
            }
            _ => {}
        }
    }

    fn function(&mut self, function: &Function, name: &str) -> Result<Value, String> {
        let kind = match function.kind {
            FunctionKind::Freestanding => "free",
            FunctionKind::Method(_) => "method",
            FunctionKind::Static(_) => "static",
            FunctionKind::Constructor(_) => "constructor",
            FunctionKind::AsyncFreestanding
            | FunctionKind::AsyncMethod(_)
            | FunctionKind::AsyncStatic(_) => {
                return Err("async functions are not supported".into())
            }
            _ => return Err("getters and setters are not supported".into()),
        };
        let name = if kind == "constructor" {
            "constructor"
        } else {
            name
        };
        let resource = function.kind.resource().map(|id| self.resource(id));
        let mut params = Vec::new();
        for param in &function.params {
            let ty = self.convert(param.ty)?;
            params.push(json!({ "name": param.name, "type": ty }));
        }
        let result = function.result.map(|ty| self.convert(ty)).transpose()?;
        Ok(json!({
            "name": name, "kind": kind, "resource": resource, "params": params, "result": result,
        }))
    }

    fn scalar(&mut self, keyword: &str) -> usize {
        self.push(json!({ "kind": keyword, "name": "", "resource": null, "parts": [] }))
    }

    /// Adds an anonymous type, once.
    fn push(&mut self, value: Value) -> usize {
        let next = self.types.len();
        let id = *self.anonymous.entry(value.to_string()).or_insert(next);
        if id == next {
            self.types.push(value);
        }
        id
    }

    fn convert(&mut self, ty: Type) -> Converted {
        Ok(match ty {
            Type::Bool => self.scalar("bool"),
            Type::U8 => self.scalar("u8"),
            Type::U16 => self.scalar("u16"),
            Type::U32 => self.scalar("u32"),
            Type::U64 => self.scalar("u64"),
            Type::S8 => self.scalar("s8"),
            Type::S16 => self.scalar("s16"),
            Type::S32 => self.scalar("s32"),
            Type::S64 => self.scalar("s64"),
            Type::F32 => self.scalar("f32"),
            Type::F64 => self.scalar("f64"),
            Type::Char => self.scalar("char"),
            Type::String => self.scalar("string"),
            Type::ErrorContext => return Err("error-context is not supported".into()),
            Type::Id(id) => {
                return self.definition(id).and_then(|index| {
                    index.ok_or_else(|| "a resource without own or borrow".to_string())
                })
            }
        })
    }

    /// The type's index; none for a resource, which is no type.
    fn definition(&mut self, id: TypeId) -> Result<Option<usize>, String> {
        if let Some(done) = self.done.get(&id) {
            return done.clone().map(Some);
        }
        if matches!(self.resolve.types[id].kind, TypeDefKind::Resource) {
            self.resource(id);
            return Ok(None);
        }
        if let TypeDefKind::Type(Type::Id(target)) = self.resolve.types[id].kind {
            return self.definition(target);
        }
        let converted = self.build(id);
        self.done.insert(id, converted.clone());
        converted.map(Some)
    }

    fn build(&mut self, id: TypeId) -> Converted {
        let part = |name: &str, ty: Option<usize>| json!({ "name": name, "type": ty });
        let definition = &self.resolve.types[id];
        let mut kind = definition.kind.as_str();
        let mut parts = Vec::new();
        match &definition.kind {
            TypeDefKind::Type(ty) => return self.convert(*ty),
            TypeDefKind::List(ty) | TypeDefKind::Option(ty) => {
                parts.push(part("", Some(self.convert(*ty)?)));
            }
            TypeDefKind::Result(result) => {
                for side in [result.ok, result.err] {
                    let ty = side.map(|ty| self.convert(ty)).transpose()?;
                    parts.push(part("", ty));
                }
            }
            TypeDefKind::Tuple(tuple) => {
                for &ty in &tuple.types {
                    parts.push(part("", Some(self.convert(ty)?)));
                }
            }
            TypeDefKind::Record(record) => {
                let fields = &record.fields;
                if !(fields.len() == 1 && fields[0].name == EMPTY_RECORD) {
                    for field in fields {
                        parts.push(part(&field.name, Some(self.convert(field.ty)?)));
                    }
                }
            }
            TypeDefKind::Variant(variant) => {
                for case in &variant.cases {
                    let ty = case.ty.map(|ty| self.convert(ty)).transpose()?;
                    parts.push(part(&case.name, ty));
                }
            }
            TypeDefKind::Enum(cases) => {
                let mut cases = cases.cases.as_slice();
                if cases.first().is_some_and(|first| first.name == WIDE_FLAGS) {
                    kind = "flags";
                    cases = &cases[1..];
                }
                parts.extend(cases.iter().map(|case| part(&case.name, None)));
            }
            TypeDefKind::Flags(flags) => {
                parts.extend(flags.flags.iter().map(|f| part(&f.name, None)))
            }
            TypeDefKind::Handle(handle) => {
                let (Handle::Own(target) | Handle::Borrow(target)) = *handle;
                let resource = self.resource(target);
                return Ok(self.push(json!({
                    "kind": kind, "name": "", "resource": resource, "parts": [],
                })));
            }
            TypeDefKind::Map(..)
            | TypeDefKind::FixedLengthList(..)
            | TypeDefKind::Future(_)
            | TypeDefKind::Stream(_)
            | TypeDefKind::Resource
            | TypeDefKind::Unknown => return Err(format!("{kind} is not supported")),
        }
        let named = matches!(
            definition.kind,
            TypeDefKind::Record(_)
                | TypeDefKind::Variant(_)
                | TypeDefKind::Enum(_)
                | TypeDefKind::Flags(_)
        );
        if !named {
            return Ok(
                self.push(json!({ "kind": kind, "name": "", "resource": null, "parts": parts }))
            );
        }
        let name = self.name(id);
        self.types
            .push(json!({ "kind": kind, "name": name, "resource": null, "parts": parts }));
        Ok(self.types.len() - 1)
    }

    /// Index of a resource; aliases of one resource are that resource.
    fn resource(&mut self, id: TypeId) -> usize {
        let mut id = id;
        while let TypeDefKind::Type(Type::Id(target)) = self.resolve.types[id].kind {
            id = target;
        }
        if let Some(&index) = self.resource_ids.get(&id) {
            return index;
        }
        let imported = match self.resolve.types[id].owner {
            TypeOwner::Interface(interface) => self.imported.contains(&interface),
            TypeOwner::World(_) => true,
            TypeOwner::None => false,
        };
        let name = self.name(id);
        self.resources.push((name, imported));
        self.resource_ids.insert(id, self.resources.len() - 1);
        self.resources.len() - 1
    }

    /// The name of a definition in this unit.
    fn name(&mut self, id: TypeId) -> String {
        if let Some(name) = self.names.get(&id) {
            return name.clone();
        }
        let definition = &self.resolve.types[id];
        let owner = match definition.owner {
            TypeOwner::Interface(interface) => self.resolve.interfaces[interface].name.as_deref(),
            TypeOwner::World(world) => Some(self.resolve.worlds[world].name.as_str()),
            TypeOwner::None => None,
        };
        let taken = [&self.type_names, &self.export_names, &self.import_names];
        let name = free_name(definition.name.as_deref().unwrap_or("type"), owner, &taken);
        self.type_names.insert(name.to_lowercase());
        self.names.insert(id, name.clone());
        name
    }
}

/// `wanted` where it is free, else with its owner's name before it, else numbered.
fn free_name(wanted: &str, owner: Option<&str>, taken: &[&HashSet<String>]) -> String {
    let is_free = |name: &str| {
        !taken
            .iter()
            .any(|names| names.contains(&name.to_lowercase()))
    };
    if is_free(wanted) {
        return wanted.to_string();
    }
    let full = match owner {
        Some(owner) => format!("{owner}-{wanted}"),
        None => wanted.to_string(),
    };
    if is_free(&full) {
        return full;
    }
    (2usize..)
        .map(|n| format!("{full}-{n}"))
        .find(|name| is_free(name))
        .unwrap_or(full)
}
