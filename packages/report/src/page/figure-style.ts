/**
 * Colours of pages and figures. Those of lines and marks are Okabe and Ito's, which colour-blind readers tell
 * apart, darkened for light paper and lightened for dark: text at least 4.5 to 1, lines and marks at least 3 to 1.
 */
export const PALETTE = {
  light: {
    paper: '#fff',
    raised: '#f5f7f9',
    ink: '#1b2228',
    soft: '#515c66',
    rule: '#d5dbe1',
    accent: '#00588f',
    warm: '#a34400',
    c0: '#0072b2',
    c1: '#b8500b',
    c2: '#00795a',
    c3: '#a8407c',
    c4: '#3d3d3d',
    c5: '#8a6d00',
    c6: '#2f86b5',
    c7: '#6b4fa0',
    heat: '#0072b2',
  },
  dark: {
    paper: '#14181c',
    raised: '#1d2329',
    ink: '#e8ecef',
    soft: '#a9b4be',
    rule: '#39434d',
    accent: '#6cb8ee',
    warm: '#f0a15e',
    c0: '#56b4e9',
    c1: '#f0a15e',
    c2: '#35c79b',
    c3: '#e58fc0',
    c4: '#d4d4d4',
    c5: '#e6cf4a',
    c6: '#8fd0f5',
    c7: '#b9a3ea',
    heat: '#1d6fa5',
  },
} as const;

/** Lines told apart by colour; further ones by dashes as well. */
const COLOURS = 8;

/** Class of the line or mark that is the `index`th of a figure. */
export function seriesClass(index: number): string {
  return `c${index % COLOURS} d${Math.floor(index / COLOURS) % 3}`;
}

/** Style of what figures are drawn of, on a page and in a file. */
export const FIGURE_STYLE = `
svg .dot { stroke-dasharray: none; stroke-width: 1.25; }
svg text { fill: var(--soft); font-size: 12px; font-family: inherit; }
svg text.title { fill: var(--ink); font-size: 13px; font-weight: 600; } svg text.label { fill: var(--ink); }
.strip { display: block; overflow: visible; }
.zero { stroke: var(--soft); stroke-dasharray: 2 3; } .interval { stroke: var(--accent); stroke-width: 2.5; }
.mark { stroke: var(--accent); stroke-width: 2; } .mark.sure { fill: var(--accent); } .mark.open { fill: var(--paper); }
.seed { fill: var(--warm); }
.plot { display: block; } .grid { stroke: var(--rule); fill: none; }
.line { fill: none; stroke-width: 1.75; vector-effect: non-scaling-stroke; } .d1 { stroke-dasharray: 6 4; } .d2 { stroke-dasharray: 2 3; }
${Array.from({ length: COLOURS }, (_, index) => `.c${index} { stroke: var(--c${index}); } .dot.c${index} { fill: var(--c${index}); } .dot.hollow.c${index} { fill: var(--paper); stroke: var(--c${index}); }`).join('\n')}
.cell { fill: var(--heat); stroke: var(--paper); stroke-width: 2; }
`;

/** Writes the palette as custom properties: `--ink: #1b2228; ..`. */
export function paletteProperties(colours: Readonly<Record<string, string>>): string {
  return Object.entries(colours)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(' ');
}

/** Style for a file that programs without custom properties read: the light colours put in. */
export function lightFigureStyle(): string {
  const colours: Readonly<Record<string, string>> = PALETTE.light;
  return FIGURE_STYLE.replaceAll(/var\(--(\w+)\)/g, (_, name: string) => colours[name] ?? '');
}
