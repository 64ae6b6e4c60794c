// Modules in the order of who requires whom: what others build on comes first, the front door at the top.

export const kFrontDoor = "gateway";

export function in_order(modules) {
  const by_name = new Map(modules.map((module) => [module.name, module]));
  const placed = new Set();
  const out = [];
  const place = (module) => {
    if (placed.has(module.name)) return;
    placed.add(module.name);
    for (const name of module.requires || []) {
      if (by_name.has(name)) place(by_name.get(name));
    }
    out.push(module);
  };
  const rest = [...modules].sort((a, b) => a.name.localeCompare(b.name));
  for (const module of rest.filter((each) => each.name === kFrontDoor)) place(module);
  for (const module of rest) place(module);
  return out;
}

// Those that require `name`, themselves or through others.
export function who_needs(name, modules) {
  const found = new Set();
  for (let grown = true; grown;) {
    grown = false;
    for (const module of modules) {
      const needs = (module.requires || []).some((each) => each === name || found.has(each));
      if (needs && !found.has(module.name)) grown = Boolean(found.add(module.name));
    }
  }
  return [...found].sort();
}
