import { Reading } from './Reading.tsx';
import { TokenFigure } from './TokenFigure.tsx';
import { useTokenQuantity } from './useTokenQuantity.ts';

/** Everything on the tokens' columns, and the token that the parts below show. */
export function Tokens() {
  const quantity = useTokenQuantity();
  return (
    <>
      <TokenFigure quantity={quantity} />
      <Reading quantity={quantity} />
    </>
  );
}
