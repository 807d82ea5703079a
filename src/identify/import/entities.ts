import { WINDOWS_1252 } from '../../bytes/text-encoding.ts';

/** Names of the characters 160 to 255, in their order. */
const LATIN = `
nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute
micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig
Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash
Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute
ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc
uuml yacute thorn yuml
`;

/** Names of other characters, each before its code point in hexadecimal digits. */
const OTHERS = `
quot=22 amp=26 apos=27 lt=3c gt=3e OElig=152 oelig=153 Scaron=160 scaron=161 Yuml=178 fnof=192 circ=2c6
tilde=2dc Alpha=391 Beta=392 Gamma=393 Delta=394 Epsilon=395 Zeta=396 Eta=397 Theta=398 Iota=399 Kappa=39a
Lambda=39b Mu=39c Nu=39d Xi=39e Omicron=39f Pi=3a0 Rho=3a1 Sigma=3a3 Tau=3a4 Upsilon=3a5 Phi=3a6 Chi=3a7 Psi=3a8
Omega=3a9 alpha=3b1 beta=3b2 gamma=3b3 delta=3b4 epsilon=3b5 zeta=3b6 eta=3b7 theta=3b8 iota=3b9 kappa=3ba
lambda=3bb mu=3bc nu=3bd xi=3be omicron=3bf pi=3c0 rho=3c1 sigmaf=3c2 sigma=3c3 tau=3c4 upsilon=3c5 phi=3c6
chi=3c7 psi=3c8 omega=3c9 thetasym=3d1 upsih=3d2 piv=3d6 ensp=2002 emsp=2003 thinsp=2009 zwnj=200c zwj=200d
lrm=200e rlm=200f ndash=2013 mdash=2014 lsquo=2018 rsquo=2019 sbquo=201a ldquo=201c rdquo=201d bdquo=201e
dagger=2020 Dagger=2021 bull=2022 hellip=2026 permil=2030 prime=2032 Prime=2033 lsaquo=2039 rsaquo=203a
oline=203e frasl=2044 euro=20ac image=2111 weierp=2118 real=211c trade=2122 alefsym=2135 larr=2190 uarr=2191
rarr=2192 darr=2193 harr=2194 crarr=21b5 lArr=21d0 uArr=21d1 rArr=21d2 dArr=21d3 hArr=21d4 forall=2200 part=2202
exist=2203 empty=2205 nabla=2207 isin=2208 notin=2209 ni=220b prod=220f sum=2211 minus=2212 lowast=2217
radic=221a prop=221d infin=221e ang=2220 and=2227 or=2228 cap=2229 cup=222a int=222b there4=2234 sim=223c
cong=2245 asymp=2248 ne=2260 equiv=2261 le=2264 ge=2265 sub=2282 sup=2283 nsub=2284 sube=2286 supe=2287
oplus=2295 otimes=2297 perp=22a5 sdot=22c5 lceil=2308 rceil=2309 lfloor=230a rfloor=230b lang=2329 rang=232a
loz=25ca spades=2660 clubs=2663 hearts=2665 diams=2666
`;

const namesIn = (list: string) => list.trim().split(/\s+/);

/** Characters by the names that HTML 4 gives them, and "apos". */
const CHARACTERS: ReadonlyMap<string, string> = new Map([
  ...namesIn(LATIN).map((name, at) => [name, String.fromCharCode(160 + at)] as const),
  ...namesIn(OTHERS).map((entry) => {
    const [name, code] = entry.split('=');
    return [name, String.fromCodePoint(Number.parseInt(code, 16))] as const;
  }),
]);

/** What may be an entity, and the same without its "&". */
const ENTITY = /&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z][a-zA-Z\d]{1,9});/g;
const REST = /(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z][a-zA-Z\d]{1,9});/y;

/** How often an entity may have been encoded. */
const ENCODED_AT_MOST = 8;

/** The character of "&name;", "&#38;" or "&#x26;"; nothing where there is no such entity. */
function characterOf(entity: string): string | undefined {
  const name = entity.slice(1, -1);
  if (!name.startsWith('#')) return CHARACTERS.get(name);
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  if (!isCharacter) return undefined;
  // Browsers read these numbers as Windows-1252 has them, which is what their writers meant.
  return code >= 0x80 && code <= 0x9f ? WINDOWS_1252[code - 0x80] : String.fromCodePoint(code);
}

/** A text with its HTML entities decoded: "Tom & Jerry" of "Tom &amp; Jerry", and of "Tom &amp;amp; Jerry", too. */
export function decodeEntities(text: string): string {
  let decoded = text;
  for (let time = 0; time < ENCODED_AT_MOST && decoded.includes('&'); time++) {
    const before = decoded;
    decoded = decoded.replace(ENTITY, (entity) => characterOf(entity) ?? entity);
    if (decoded === before) break;
  }
  return decoded;
}

/** Start and end (exclusive) of a text's entities; one that was encoded twice and more ("&amp;amp;") is one. */
function* entitiesIn(text: string): Generator<[start: number, end: number]> {
  for (const { 0: entity, index } of text.matchAll(ENTITY)) {
    let character = characterOf(entity);
    if (character === undefined) continue;
    let end = index + entity.length;
    while (character === '&') {
      REST.lastIndex = end;
      const rest = REST.exec(text)?.[0];
      character = rest === undefined ? undefined : characterOf(`&${rest}`);
      if (character !== undefined && rest !== undefined) end += rest.length;
    }
    yield [index, end];
  }
}

/** The parts of a text between separators; the semicolon that ends an entity is none. */
export function splitOutsideEntities(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  const splitBetween = (from: number, to: number) => {
    for (let at = text.indexOf(separator, from); at !== -1 && at < to; at = text.indexOf(separator, at + 1)) {
      parts.push(text.slice(start, at));
      start = at + separator.length;
    }
  };
  let from = 0;
  for (const [entity, end] of entitiesIn(text)) {
    splitBetween(from, entity);
    from = end;
  }
  splitBetween(from, text.length);
  parts.push(text.slice(start));
  return parts;
}
