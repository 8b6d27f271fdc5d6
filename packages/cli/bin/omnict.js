#!/usr/bin/env node
// Committed, unlike the build: npm links a command only if its file is there when it installs.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  process.stderr.write("error: omnict is not built yet; run 'npm run setup' in the repository\n");
  process.exitCode = 1;
}
