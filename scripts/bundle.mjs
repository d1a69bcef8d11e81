// Makes of our scripts and style sheets what pages load: one small file for each of ENTRIES, in static/min/.
// Called by scripts/assets.py; the sources work without it, as many files.
import { build } from 'esbuild';

const ENTRIES = ['static/js/app.js', 'static/js/install.js', 'static/css/app.css', 'static/css/plain.css'];

await build({
  entryPoints: ENTRIES,
  bundle: true,
  minify: true,
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
  outbase: 'static',
  outdir: 'static/min',
});
