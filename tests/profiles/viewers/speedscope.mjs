// Reads a file with speedscope's own importer: node speedscope.mjs BUNDLE FILE
// The bundle is a page, which cannot draw itself here. Its importer is a module that it loads when
// a file is opened, and that is all we do.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const [bundle, file] = process.argv.slice(2);
const source = readFileSync(bundle, "utf8");
const loaded = source.matchAll(/\.then\(\(\)=>\(([\w$]+)\(\),([\w$]+)\)\)/g);
const modules = [...loaded].map(([, load, module]) => `()=>(${load}(),${module})`);
const code = source.replace("(()=>{", `(()=>{globalThis.modules=[${modules}];`);

const anything = new Proxy(function () {}, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => "" : key === "then" ? undefined : anything),
  set: () => true,
  apply: () => anything,
  construct: () => anything,
});
const quiet = { ...console, log: () => {}, warn: () => {} };
const page = { document: anything, window: anything, navigator: { userAgent: "", platform: "" } };
const world = vm.createContext({ ...page, console: quiet, TextDecoder, TextEncoder, atob, performance });
world.self = world;
try {
  vm.runInContext(code, world);
} catch {
  // drawing failed, and everything is loaded
}
const importer = world.modules.map((load) => load()).find((each) => "importProfilesFromArrayBuffer" in each);
const buffer = readFileSync(file);
const bytes = vm.runInContext("n => new ArrayBuffer(n)", world)(buffer.length);
new Uint8Array(bytes).set(buffer);
const group = await importer.importProfilesFromArrayBuffer(file, bytes);
const told = group.profiles.map((profile) => {
  const opened = [];
  const frames = [];
  profile.forEachCall(
    (node) => opened.push(node.frame.name),
    () => {},
  );
  profile.forEachFrame(({ name, file, line, selfWeight, totalWeight }) =>
    frames.push({ name, file, line, self: selfWeight, total: totalWeight }),
  );
  const said = { name: profile.getName(), unit: profile.getWeightUnit() };
  return { ...said, total: profile.getTotalWeight(), opened, frames };
});
console.log(JSON.stringify(told));
