// Fails when a package-lock.json would not install on another machine: a platform's native package is missing from it,
// a `resolved` names a host, or package.json holds a range where the house rule is exact versions.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ui = join(dirname(fileURLToPath(import.meta.url)), "..");
const folders = process.argv.length > 2 ? process.argv.slice(2) : [ui, join(ui, "../../e2e")];

/** Everything wrong with one folder's lock, as sentences. */
export function problems(manifest, lock) {
  const found = [];
  for (const [name, range] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    if (!/^\d+\.\d+\.\d+$/.test(range)) found.push(`package.json: ${name} is "${range}"; write an exact version`);
  }
  const packages = lock.packages ?? {};
  for (const [path, entry] of Object.entries(packages)) {
    if (entry.resolved && /^[a-z+]+:\/\//.test(entry.resolved)) {
      found.push(`${path}: resolved is a URL; remove the lock and run npm install again in this folder`);
    }
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!resolve(packages, path, name)?.version) {
        found.push(`${path}: optional package ${name} has no entry; pin an older version of its parent`);
      }
    }
  }
  return found;
}

/** The entry that `name` means for a package at `path`: the nearest node_modules on the way up. */
function resolve(packages, path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(at.lastIndexOf("/node_modules/"), 0))) {
    const entry = packages[at ? `${at}/node_modules/${name}` : `node_modules/${name}`];
    if (entry || !at) return entry;
  }
}

let bad = 0;
for (const folder of folders) {
  if (!existsSync(join(folder, "package.json"))) continue;
  const read = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  for (const line of problems(read("package.json"), read("package-lock.json"))) {
    console.error(`${folder}: ${line}`);
    bad++;
  }
}
process.exitCode = bad ? 1 : 0;
