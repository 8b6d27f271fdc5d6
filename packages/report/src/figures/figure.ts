import { lightFigureStyle } from '../page/figure-style';
import { Markup, markup } from '../page/markup';

/** A drawing of a size of its own: on a page, or a file for a paper. */
export interface Figure {
  /** Name of its file, without the ending: `heat-map-organ-volumes`. */
  name: string;
  title: string;
  /** What is drawn, of how many questions, by which method. */
  caption: string;
  /** Pixels. */
  width: number;
  height: number;
  body: Markup;
}

/** Draws a figure on a page: never larger than its place, read out by its title and caption. */
export function inlineFigure({ title, caption, width, height, body }: Figure): Markup {
  return markup`<figure class="drawn"><figcaption>${title}</figcaption>
    <div class="scroll" role="region" aria-label="${title}" tabindex="0"><svg role="img" aria-label="${caption}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${body}</svg></div></figure>`;
}

/** Writes a figure as an SVG file on white, its title and caption in it; it needs no other file. */
export function figureFile({ title, caption, width, height, body }: Figure): string {
  const svg = markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">
<title>${title}</title>
<desc>${caption}</desc>
<style>${new Markup(lightFigureStyle())}</style>
<rect width="100%" height="100%" fill="#fff"/>
${body}
</svg>
`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${svg.text}`;
}

/** Width of a text of a figure in pixels, about: no browser measures it when a file is written. */
export function textWidth(text: string, size = 12): number {
  return text.length * size * 0.56;
}

/** Cuts a text to a width of a figure. */
export function fitText(text: string, width: number): string {
  const most = Math.max(1, Math.floor(width / textWidth('x')));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** Makes a file's name of a title: `Closed accuracy of volumes` becomes `closed-accuracy-of-volumes`. */
export function fileName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 80);
}
