/** Patterns with `*` and `?`, matched in time linear in text × pattern, without regular expressions. */

/** Does the whole text fit the pattern? `*` is any run of characters, `?` is one. */
export const like = (text: string, pattern: string): boolean => {
  let at = 0, place = 0, star = -1, mark = 0;
  while (at < text.length) {
    if (place < pattern.length && (pattern[place] === "?" || (pattern[place] !== "*" && pattern[place] === text[at]))) {
      at++; place++;
    } else if (place < pattern.length && pattern[place] === "*") {
      star = place++; mark = at;
    } else if (star !== -1) {
      place = star + 1; at = ++mark;
    } else return false;
  }
  while (place < pattern.length && pattern[place] === "*") place++;
  return place === pattern.length;
};

/** File name patterns: several may be given, separated by commas; capital letters do not matter. */
export const fitsAnyPattern = (name: string, patterns: string): boolean => {
  const list = patterns.split(",").map((each) => each.trim().toLowerCase()).filter((each) => each !== "");
  return list.length === 0 || list.some((pattern) => like(name.toLowerCase(), pattern));
};
