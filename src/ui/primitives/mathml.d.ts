/** MathML elements, which React draws but does not yet type. */
import type { DetailedHTMLProps, HTMLAttributes } from 'react';

type MathElement = DetailedHTMLProps<HTMLAttributes<MathMLElement>, MathMLElement> & { width?: string; accent?: string; form?: string | undefined };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      math: MathElement;
      mi: MathElement;
      mn: MathElement;
      mo: MathElement;
      mtext: MathElement;
      mspace: MathElement;
      mrow: MathElement;
      mfrac: MathElement;
      msqrt: MathElement;
      msub: MathElement;
      msup: MathElement;
      msubsup: MathElement;
      munder: MathElement;
      mover: MathElement;
      munderover: MathElement;
    }
  }
}
