// Bundles src/main.ts and styles/main.css into bertkit/widgets/static/. With --compare nothing is written: the build is
// compared with the committed files, byte by byte.
import { build } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "bertkit", "widgets", "static");

const result = await build({
  entryPoints: { bertkit: join(here, "src", "main.ts"), styles: join(here, "styles", "main.css") },
  absWorkingDir: here,
  outdir: target,
  bundle: true,
  format: "esm",
  target: ["chrome105", "firefox115", "safari16"],
  minify: true,
  legalComments: "none",
  write: false,
  logLevel: "warning",
});

let differs = false;
for (const file of result.outputFiles) {
  const path = join(target, file.path.endsWith(".css") ? "bertkit.css" : "bertkit.js");
  if (process.argv.includes("--compare")) {
    const committed = await readFile(path).catch(() => Buffer.alloc(0));
    if (!committed.equals(Buffer.from(file.contents))) {
      differs = true;
      console.error(`${path} is not what the sources build: run "make js" and commit it`);
    }
  } else {
    await writeFile(path, file.contents);
    console.log(`${path}: ${file.contents.length} bytes`);
  }
}
process.exitCode = differs ? 1 : 0;
