# ruff: noqa: E501 - each sentence stands on one line
"""Sentences that a model should be able to write about `sample_answer`, and how they read when filled."""

GOOD = {
    "OTIF was **{F1}** in Q2 2026: {F1.difference} below Q1 2026.": "OTIF was **47.8%** in Q2 2026: 2.1 pts below Q1 2026.",
    "OTIF was {F1} in Q2 2026: {F1.difference} below Q1 and {F9.difference} under its target of {F9.comparison}.": (
        "OTIF was 47.8% in Q2 2026: 2.1 pts below Q1 and 12.2 pts under its target of 60.0%."
    ),
    "In Q2 2026, OTIF stood at {F1}.": "In Q2 2026, OTIF stood at 47.8%.",
    "OTIF in North came in at {F2} and South at {F3}.": "OTIF in North came in at 31.0% and South at 55.2%.",
    "OTIF in North and South was {F2} and {F3}, respectively.": "OTIF in North and South was 31.0% and 55.2%, respectively.",
    "The best OTIF was {F4} in West; the worst was {F2} in North.": "The best OTIF was 60.0% in West; the worst was 31.0% in North.",
    "OTIF fell by {F1.difference} from {F1.comparison} in Q1 2026 to {F1} in Q2 2026.": (
        "OTIF fell by 2.1 pts from 49.9% in Q1 2026 to 47.8% in Q2 2026."
    ),
    "OTIF by region in Q2 2026:\n- North: {F2}\n- South: {F3}\n- West: {F4}": (
        "OTIF by region in Q2 2026:\n- North: 31.0%\n- South: 55.2%\n- West: 60.0%"
    ),
    "Revenue was {F10} in Q2 2026, up {F10.relative} on the same quarter of last year.": (
        "Revenue was €52.30m in Q2 2026, up 9.0% on the same quarter of last year."
    ),
    "Revenue was {F10} in Q2 2026. That is better than a year earlier by {F10.difference}.": (
        "Revenue was €52.30m in Q2 2026. That is better than a year earlier by €4.30m."
    ),
    "{F2.region} had the lowest OTIF at {F2}.": "North had the lowest OTIF at 31.0%.",
    "Lost sales amounted to {F6} in June 2026.": "Lost sales amounted to €1.24m in June 2026.",
    "North's OTIF worsened by {F2.difference} against the previous quarter.": (
        "North's OTIF worsened by 9.4 pts against the previous quarter."
    ),
    "Lost sales for Dairy stood at {F7}, and for Bakery at {F8}.": (
        "Lost sales for Dairy stood at €900,000, and for Bakery at €340,000."
    ),
    "Overall, OTIF was {F1}; in North it was {F2}.": "Overall, OTIF was 47.8%; in North it was 31.0%.",
    "Compared with Q1 2026, OTIF fell by {F1.difference} to {F1}.": "Compared with Q1 2026, OTIF fell by 2.1 pts to 47.8%.",
    "The demand plan for July 2026 is {F13}, with a range from {F13.low} to {F13.high}.": (
        "The demand plan for July 2026 is 12,480 units, with a range from 11,000 units to 14,000 units."
    ),
    "OTIF for {F2.region} was {F2} in {F2.period}.": "OTIF for North was 31.0% in Q2 2026.",
    "OTIF was {F1} in Q2 2026. Would you like to see this by product family?": (
        "OTIF was 47.8% in Q2 2026. Would you like to see this by product family?"
    ),
    "OTIF was **{F1}** in Q2 2026, while the in-full rate was **{F5}**.": (
        "OTIF was **47.8%** in Q2 2026, while the in-full rate was **66.0%**."
    ),
    "OTIF and in-full rate were {F1} and {F5} in Q2 2026.": "OTIF and in-full rate were 47.8% and 66.0% in Q2 2026.",
    "OTIF in South improved by {F3.difference} compared with Q1 2026, whereas North fell by {F2.difference}.": (
        "OTIF in South improved by 0.3 pts compared with Q1 2026, whereas North fell by 9.4 pts."
    ),
    "At {F2}, North has the lowest OTIF.": "At 31.0%, North has the lowest OTIF.",
    "OTIF was {F1} in Q2 2026 ({F1.difference} below Q1 2026).": "OTIF was 47.8% in Q2 2026 (2.1 pts below Q1 2026).",
    "Here are the figures for OTIF:\nOTIF was {F1} in Q2 2026.": "Here are the figures for OTIF:\nOTIF was 47.8% in Q2 2026.",
    "North had a share of {F11} of revenue in Q2 2026.": "North had a share of 31.0% of revenue in Q2 2026.",
    "OTIF without North was {F17}.": "OTIF without North was 56.6%.",
    "OTIF in {F16.region} was {F16}.": "OTIF in North and South was 45.1%.",
    "OTIF in North and South was {F16}.": "OTIF in North and South was 45.1%.",
    'The minutes say: "Lakeside stays limited until September." OTIF was {F1} in Q2 2026.': (
        'The minutes say: "Lakeside stays limited until September." OTIF was 47.8% in Q2 2026.'
    ),
    "OTIF was {F15} at order level.": "OTIF was 28.7% at order level.",
    "OTIF at line level was {F1}, and at order level it was {F15}.": (
        "OTIF at line level was 47.8%, and at order level it was 28.7%."
    ),
    "Lost sales were highest in Dairy at {F7} and lowest in Bakery at {F8}.": (
        "Lost sales were highest in Dairy at €900,000 and lowest in Bakery at €340,000."
    ),
    "Lost sales in June 2026: {F7} in Dairy and {F8} in Bakery, {F6} in total.": (
        "Lost sales in June 2026: €900,000 in Dairy and €340,000 in Bakery, €1.24m in total."
    ),
    "OTIF was at {F1} in the second quarter of 2026.": "OTIF was at 47.8% in the second quarter of 2026.",
    "OTIF went down by {F1.difference} from the previous quarter.": "OTIF went down by 2.1 pts from the previous quarter.",
    "OTIF in North was {F14} in Q1 2026.": "OTIF in North was 40.4% in Q1 2026.",
    "OTIF in North: {F2} in Q2 2026, against {F2.comparison} in Q1 2026.": (
        "OTIF in North: 31.0% in Q2 2026, against 40.4% in Q1 2026."
    ),
    "OTIF in North was {F2} versus {F1} overall.": "OTIF in North was 31.0% versus 47.8% overall.",
    "OTIF changed by {F1.difference} against Q1 2026 and by {F9.difference} against its target.": (
        "OTIF changed by −2.1 pts against Q1 2026 and by −12.2 pts against its target."
    ),
    "South has an OTIF of {F3}, {F3.difference} above the {F3.comparison} of Q1 2026.": (
        "South has an OTIF of 55.2%, 0.3 pts above the 54.9% of Q1 2026."
    ),
    "Revenue of {F10} in Q2 2026 exceeded the same period last year by {F10.difference}.": (
        "Revenue of €52.30m in Q2 2026 exceeded the same period last year by €4.30m."
    ),
    "OTIF ranks lowest in North ({F2}) and highest in West ({F4}).": "OTIF ranks lowest in North (31.0%) and highest in West (60.0%).",
}  # fmt: skip
