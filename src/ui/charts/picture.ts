/** A chart as a file of its own: pure text, so that whatever a run is called (names come from links) stays text. */

export interface LegendItem {
  name: string;
  stroke: string;
  dash: string | undefined;
}

export interface PictureParts {
  title: string;
  width: number;
  height: number;
  /** Serialised `<svg>` of the chart, whose place is (0, HEAD). */
  chart: string;
  legend: readonly LegendItem[];
  ground: string;
  ink: string;
  family: string;
}

export interface Picture {
  svg: string;
  width: number;
  height: number;
}

export const HEAD = 30;
const LEGEND_ROW = 20;
const LEGEND_COLUMN = 150;
const LETTER = 7.2;

// What XML 1.0 has no place for, escaped or not: one such character, and no viewer opens the file.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For text and for attributes in double quotes. */
export const escapeXml = (text: string): string => text.replace(FORBIDDEN, '').replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);

const attributes = (all: Record<string, string | number | undefined>): string =>
  Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join('');

export function picture({ title, width, height, chart, legend, ground, ink, family }: PictureParts): Picture {
  // As wide as the longest name asks for, as many columns as fit.
  const longest = Math.max(0, ...legend.map((item) => item.name.length));
  const columns = Math.max(1, Math.floor((width - 16) / Math.max(LEGEND_COLUMN, 40 + longest * LETTER)));
  const total = HEAD + height + Math.ceil(legend.length / columns) * LEGEND_ROW + 12;
  const write = (content: string, x: number, y: number, weight: number): string =>
    `<text${attributes({ x, y, fill: ink, 'font-family': family, 'font-size': 13, 'font-weight': weight })}>${escapeXml(content)}</text>`;
  const items = legend.map(({ name, stroke, dash }, i) => {
    const x = 12 + (i % columns) * Math.floor((width - 16) / columns);
    const y = HEAD + height + 16 + Math.floor(i / columns) * LEGEND_ROW;
    const line = attributes({ x1: x, y1: y - 4, x2: x + 20, y2: y - 4, stroke, 'stroke-width': 2.5, 'stroke-dasharray': dash });
    return `<line${line}/>${write(name, x + 26, y, 400)}`;
  });
  const open = `<svg${attributes({ xmlns: 'http://www.w3.org/2000/svg', width, height: total, viewBox: `0 0 ${width} ${total}` })}>`;
  const svg = [
    open,
    `<title>${escapeXml(title)}</title>`,
    `<rect${attributes({ width, height: total, fill: ground })}/>`,
    write(title, 12, 20, 600),
    chart,
    ...items,
    '</svg>',
  ].join('\n');
  return { svg, width, height: total };
}
