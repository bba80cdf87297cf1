import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeXml, picture } from '../../src/ui/charts/picture.ts';
import { dashOf, runColor } from '../../src/ui/primitives/palette.ts';

describe('a chart as a file', () => {
  it('keeps names as text', () => {
    const name = `</text><script>alert("1")</script>&'\u0000\u0007\ud800`;
    const { svg } = picture({
      title: name,
      width: 400,
      height: 200,
      chart: '<svg/>',
      legend: [{ name, stroke: '"><image href="x"/>', dash: undefined }],
      ground: '#fff',
      ink: '#000',
      family: '"Quoted", serif',
    });
    expect(svg).not.toContain('<script');
    expect(svg).not.toContain('<image');
    expect(svg).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;</text>');
    expect(svg.match(/<\/?text/g)).toHaveLength(4);
  });

  it('lets nothing through that XML has no place for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeXml(text);
        expect(escaped).not.toMatch(/[<>"']/);
        expect(escaped).not.toMatch(/&(?!(amp|lt|gt|quot|#39);)/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
        expect(escaped).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
      }),
    );
    expect(escapeXml('é 🙂 \t')).toBe('é 🙂 \t');
  });

  it('has a row for every name, however long', () => {
    const long = 'a'.repeat(80);
    const of = (n: number) =>
      picture({
        title: 't',
        width: 600,
        height: 100,
        chart: '',
        legend: Array.from({ length: n }, () => ({ name: long, stroke: 'red', dash: '2 3' })),
        ground: '#fff',
        ink: '#000',
        family: 'serif',
      });
    expect(of(32).height - of(2).height).toBe(30 * 20);
  });
});

describe('colours and patterns', () => {
  it('tell 32 runs apart', () => {
    expect(new Set(Array.from({ length: 32 }, (_, i) => `${runColor(i)} ${dashOf(i)}`)).size).toBe(32);
  });
});
