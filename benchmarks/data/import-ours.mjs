/** @file Imports a folder; prints seconds and peak memory. Usage: import-ours.mjs SOURCE FOLDER OUT */
import { importSource } from '@omnict/data';

const [source, path, out] = process.argv.slice(2);
const start = performance.now();
const { records, rows, problems } = await importSource({ source, path, out });
const seconds = (performance.now() - start) / 1000;
const peakMiB = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ rows, records, problems, seconds, peakMiB }));
