// Bundles the shell's CSS and TypeScript and the icons in use into app/web/static/dist, with hashed names,
// a manifest of them, and .gz and .br beside each file for the server to send as they are.
import * as esbuild from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '../static/dist');
const tabler = join(here, '../../../node_modules/@tabler/icons');
const FIRST_PAGE = ['app.js', 'app.css', 'icons.svg'];
const FIRST_PAGE_LIMIT = 100 * 1024;

function hashed(name, content) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 10);
  return name.replace(/(\.\w+)$/, `-${hash}$1`);
}

/** Bundle the entry points; returns {source name: built name}. */
async function bundle() {
  const result = await esbuild.build({
    entryPoints: {
      app: join(here, 'src/ts/app.ts'),
      'app-css': join(here, 'src/css/app.css'),
      'lenses-css': join(here, 'src/css/lenses.css'),
      'sales-css': join(here, 'src/css/sales.css'),
      'insight-css': join(here, 'src/css/insight.css'),
    },
    absWorkingDir: here,
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: true,
    target: ['chrome114', 'firefox125', 'safari17'],
    outdir: out,
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.woff2': 'file' },
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  const names = {};
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    if (!output.entryPoint) continue;
    const source = output.entryPoint.replace(/^.*\//, '').replace(/\.ts$/, '.js');
    names[source] = relative(out, join(here, path));
  }
  return names;
}

/** One symbol of the sprite, taken from Tabler's file. `name` may end in `:filled`. */
function symbol(entry) {
  const [name, kind = 'outline'] = entry.split(':');
  const svg = readFileSync(join(tabler, 'icons', kind, `${name}.svg`), 'utf8');
  const shapes = svg
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/^[\s\S]*?<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/<path stroke="none"[^>]*\/>/g, '')
    .replace(/\s*\n\s*/g, '');
  const paint = kind === 'filled'
    ? 'fill="currentColor"'
    : 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"';
  const id = kind === 'filled' ? `${name}-filled` : name;
  return `<symbol id="${id}" viewBox="0 0 24 24" ${paint}>${shapes}</symbol>`;
}

function sprite() {
  const names = readFileSync(join(here, 'icons.txt'), 'utf8').split(/\s+/).filter(Boolean);
  return `<svg xmlns="http://www.w3.org/2000/svg">${[...new Set(names)].map(symbol).join('')}</svg>`;
}

function write(name, content) {
  const built = hashed(name, content);
  writeFileSync(join(out, built), content);
  return built;
}

/** Write the compressed twins of every file; returns the gzipped size of each. */
function compress() {
  const sizes = {};
  for (const file of readdirSync(out)) {
    const content = readFileSync(join(out, file));
    const gz = gzipSync(content, { level: 9 });
    sizes[file] = { raw: content.length, gz: gz.length };
    // A font is compressed already: its twins would only be larger.
    if (file.endsWith('.woff2')) continue;
    writeFileSync(join(out, `${file}.gz`), gz);
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
    writeFileSync(join(out, `${file}.br`), brotliCompressSync(content, quality));
  }
  return sizes;
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const manifest = await bundle();
manifest['icons.svg'] = write('icons.svg', sprite());
manifest['brand.svg'] = write('brand.svg', readFileSync(join(here, 'src/brand/brand.svg')));
const sizes = compress();
writeFileSync(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);

for (const [file, size] of Object.entries(sizes)) {
  console.log(file.padEnd(52), String(size.raw).padStart(8), String(size.gz).padStart(8));
}
const first = FIRST_PAGE.reduce((sum, name) => sum + sizes[manifest[name]].gz, 0);
console.log(`First page, gzipped: ${(first / 1024).toFixed(1)} KB of at most ${FIRST_PAGE_LIMIT / 1024}`);
if (first > FIRST_PAGE_LIMIT) process.exitCode = 1;
