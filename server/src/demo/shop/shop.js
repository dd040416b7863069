// The shop's own and only script. (Laurel's is public/embed.js; a merchant may write what they like.) A code that
// the customer wants to use, as they said in Laurel's panel or by the slider in the cart, goes into the cart as if
// they had typed it there.
const toCart = ({ code }) => {
  const form = document.getElementById('laurel-code');
  form.elements.code.value = code;
  form.requestSubmit();
};
document.addEventListener('laurel:apply', ({ detail }) => toCart(detail));
document.addEventListener('laurel:redeemed', ({ detail }) => {
  if (detail.kind === 'slider' && detail.code && location.pathname === '/cart') toCart(detail);
});
