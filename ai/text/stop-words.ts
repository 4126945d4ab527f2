const ENGLISH = `a about above after again all also am an and any are aren't as at be because been before being below between both but by can can't
cannot could couldn't did didn't do does doesn't doing don't down during each few for from further had hadn't has hasn't have haven't having he
her here hers herself him himself his how i i'd i'll i'm i've if in into is isn't it it's its itself just let's me more most mustn't my myself no nor not of
off on once only or other ought our ours ourselves out over own please same she should shouldn't so some such than that that's the their theirs them
themselves then there there's these they they're they've this those through to too under until up very was wasn't we we'd we'll we're we've were
weren't what what's when where which while who whom why will with won't would wouldn't you you'd you'll you're you've your yours yourself`;

/** Words too common to say anything about a text, folded. They are neither indexed nor counted as support of a claim. */
export const STOP_WORDS: ReadonlySet<string> = new Set(ENGLISH.split(/\s+/));
