/**
 * Texts whose continuation is long. They differ from the first word on, so that no run finds a part of its prompt in
 * the engine's cache; transformers.js keeps none.
 */
export const texts: readonly string[] = [
  'Once upon a time there was an old fisherman who lived in a small hut by the sea with his wife, and every morning he',
  'Rivers shape the land in many ways. Where the ground is steep the water runs fast and carries stones, and where it',
  'In the middle of the nineteenth century the railways changed how people in towns and villages thought about time, because',
  'Bread is one of the oldest foods that people make. To bake a simple loaf at home you need flour, water, salt and',
  'My grandmother kept a garden behind her house in the country, and when I was a child I spent every summer there with',
  'Astronomers study the light of distant stars in order to learn what they are made of, how hot they are, and',
  'When the library opened its new building last spring, more than a thousand people came on the first day to see how',
];

export const question = 'When did Albert Einstein invent the telephone?';
