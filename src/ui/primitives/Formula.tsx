/** A formula of a definition as MathML: readable to screen readers, drawn by the browser. */
import { Fragment } from 'react';
import styles from './Formula.module.css';
import { type Node, parseTex } from './tex.ts';

export function Formula({ tex }: { tex: string }) {
  if (tex === '') return null;
  return (
    <p className={styles.formula}>
      {parseTex(tex).map((equation, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a formula does not change
        <span key={i} className={styles.equation}>
          {equation.map((piece, k) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <math key={k}>
              <Part node={piece} />
            </math>
          ))}
        </span>
      ))}
    </p>
  );
}

function Part({ node }: { node: Node }) {
  switch (node.kind) {
    case 'i':
      return <mi>{node.text}</mi>;
    case 'n':
      return <mn>{node.text}</mn>;
    case 'o':
      return <mo form={formOf(node)}>{node.text}</mo>;
    case 'text':
      // MathML drops spaces at the ends.
      return <mtext>{node.text.replace(/^ | $/g, '\u00a0')}</mtext>;
    case 'space':
      return <mspace width={`${node.width}em`} />;
    case 'row':
      return (
        <mrow>
          {node.items.map((item, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <Fragment key={i}>
              <Part node={item} />
            </Fragment>
          ))}
        </mrow>
      );
    case 'frac':
      return (
        <mfrac className={node.small && styles.small}>
          <Part node={node.top} />
          <Part node={node.bottom} />
        </mfrac>
      );
    case 'sqrt':
      return (
        <msqrt>
          <Part node={node.body} />
        </msqrt>
      );
    case 'over':
      return (
        <mover accent="true">
          <Part node={node.base} />
          <mo>{node.mark}</mo>
        </mover>
      );
    case 'script':
      return <Script {...node} />;
  }
}

/** Left to itself MathML takes what stands first in a row for a sign, and what stands inside for no fence. */
function formOf({ text, infix }: Extract<Node, { kind: 'o' }>): string | undefined {
  if (infix) return 'infix';
  if ('([⌊⌈'.includes(text)) return 'prefix';
  return ')]⌋⌉'.includes(text) ? 'postfix' : undefined;
}

function Script({ base, sub, sup, under }: Extract<Node, { kind: 'script' }>) {
  const parts = (
    <>
      <Part node={base} />
      {sub && <Part node={sub} />}
      {sup && <Part node={sup} />}
    </>
  );
  if (sub && sup) return under ? <munderover>{parts}</munderover> : <msubsup>{parts}</msubsup>;
  if (sub) return under ? <munder>{parts}</munder> : <msub>{parts}</msub>;
  return under ? <mover>{parts}</mover> : <msup>{parts}</msup>;
}
