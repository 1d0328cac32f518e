//! The words that are not used, and what is said instead.

/// A word that this project has a better one for.
pub(super) struct Word {
    /// What it is called in messages.
    pub(super) name: &'static str,
    /// A regular expression for whole words, in any case. A space stands for any white space.
    pub(super) pattern: &'static str,
    pub(super) instead: &'static str,
    /// What is fine though it has the word in it, likewise.
    pub(super) fine: &'static [&'static str],
}

/// Code is not read: what the wire calls a thing stands in backticks.
pub(super) const WORDS: &[Word] = &[
    Word {
        name: "answer",
        pattern: "answer(s|ed|ing)?",
        instead: "response",
        // Verbs.
        fine: &[
            "(api|host|it|nobody|nothing|prism|server|simulator|storage|that|which|who) answers",
            "(can|cannot|did|does|may|must|never|not|should|to|will|would) answer",
        ],
    },
    Word {
        name: "look",
        pattern: "look(s|ed|ing)?",
        instead: "poll (of a job's status), get or read (of anything else), or visual style",
        fine: &["look(s|ed|ing)? (up|for)", r"look(s|ed|ing)? (\w+ ){1,2}up"],
    },
    Word { name: "repetition", pattern: "repetitions?", instead: "retry", fine: &[] },
    Word { name: "time-out", pattern: "time-outs?", instead: "timeout", fine: &[] },
    Word {
        name: "is told",
        pattern: "(is|are|was|were|be|been|being) (not |never |only )?told|told of",
        instead: "is notified of, or receives",
        fine: &["(is|are|was|were|be|been|being) told apart"],
    },
    Word {
        name: "is asked",
        pattern: "(is|are|was|were|be|been|being) (not |never |only )?asked",
        instead: "receives, or is called",
        fine: &[],
    },
    Word { name: "mend", pattern: "mend(s|ed|ing)?", instead: "fix", fine: &[] },
    Word { name: "hasty", pattern: "hasty|hastily", instead: "short, or early", fine: &[] },
    Word {
        name: "carried out",
        pattern: "carr(y|ies|ied|ying)( it| them)? out",
        instead: "executed",
        fine: &[],
    },
    Word {
        name: "sent again",
        pattern: "(send|sends|sent|sending)( it| them)? again",
        instead: "retried, or a retry",
        fine: &[],
    },
    Word {
        name: "made again",
        pattern: "(make|makes|made|making)( it| them)? again",
        instead: "retried, or a retry",
        fine: &[],
    },
    Word { name: "drawing", pattern: "drawings?", instead: "image", fine: &[] },
    Word { name: "portrait", pattern: "portraits?", instead: "photo avatar, or photo", fine: &[] },
    Word { name: "presenter", pattern: "presenters?", instead: "avatar", fine: &[] },
    Word {
        name: "left out",
        pattern: "(leave|leaves|left|leaving)( it| them)? out",
        instead: "skipped (of an item), or omitted",
        fine: &[],
    },
    Word { name: "rid", pattern: "rid", instead: "request id", fine: &["(get|gets|got) rid of"] },
    // A name of the wire may be part of a name in code.
    Word {
        name: "msg",
        pattern: "msg",
        instead: "message",
        fine: &["welcome msg", "err(or)? msg"],
    },
    Word { name: "payload", pattern: "payloads?", instead: "raw (as JSON), or body", fine: &[] },
    Word {
        name: "by itself",
        pattern: "by (itself|themselves)",
        instead: "alone, or automatically",
        fine: &[],
    },
    Word {
        name: "as it is",
        pattern: "as (it is|they are)",
        instead: "unchanged",
        // More follows: "as it is now".
        fine: &["as (it is|they are) [a-z]+"],
    },
    Word { name: "whom", pattern: "whom", instead: "another sentence", fine: &[] },
];
