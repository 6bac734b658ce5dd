"""What the minutes of the Brackwater Allotment Association say. The association and its members are invented."""

from __future__ import annotations

from dataclasses import dataclass

TITLE = "Minutes of the annual general meeting"
AUTHOR = "Brackwater Allotment Association"


@dataclass(frozen=True)
class Section:
    """A heading with its paragraphs; items of a list begin with a hyphen and a space."""

    heading: str
    paragraphs: tuple[str, ...]


ACCOUNTS = (
    ("Item", "Income (£)", "Spending (£)"),
    ("Plot rents", "6,930", ""),
    ("Seed and tool shop", "1,884", "1,412"),
    ("Summer fair", "1,127", "395"),
    ("Water", "", "2,208"),
    ("Insurance", "", "816"),
    ("Repairs", "", "1,970"),
    ("Other", "140", "233"),
    ("Total", "10,081", "7,034"),
)

SECTIONS = (
    Section(
        "Place, time and attendance",
        (
            "The meeting was held on Saturday, 15 February 2025, in the hall of Saint Brannoc's School. The chair, "
            "Oonagh Whitlock, opened it at 14:05. Fifty-eight members were present and eleven were represented by "
            "letter. The rules ask for a quorum of forty.",
            "Rhys Talfan took the minutes, since the secretary, Beatriz Monteiro, was ill. Apologies had also come "
            "from Councillor Dev Anand and from the Hutchins family (plot 17), whose daughter was getting married.",
            "The minutes of the last meeting were approved with one correction: the compost toilet had cost £1,460 and "
            "not £1,640.",
        ),
    ),
    Section(
        "Report of the chair",
        (
            "Mrs. Whitlock looked back on a wet year. Slugs ate the first sowing of nearly everything, and for the "
            "first time since the association was founded in 1921 the pumpkin prize was not awarded. On the other hand "
            "the pears had been the best in memory.",
            "There are 132 plots, all of them let. The waiting list has grown from 47 to 63 names, and the wait is now "
            "about four years. To shorten it, the committee has begun to divide large plots when they fall free. Nine "
            "half plots were given out in this way in 2024.",
            "She thanked Walter Eastaugh, who kept the gate, the pump and the peace for twenty-six years and who is "
            "moving to his son's in Norwich. The members stood and applauded. Mr. Eastaugh said that the pump handle "
            "should be lifted before it is turned, and that nobody had ever listened to him on this.",
        ),
    ),
    Section(
        "Report of the treasurer",
        (
            "Kofi Mensah presented the accounts for 2024. Income was £10,081 and spending £7,034, which leaves a "
            "surplus of £3,047. The reserves now stand at £14,290.",
            "The largest item of spending was water. The price per cubic meter had gone up by a fifth, and a tap near "
            "plot 90 had been left running over the weekend of the summer fair. The insurance became cheaper because "
            "the thatched shed was taken out of the policy after it had been taken down.",
            "The auditors, Mr. Pryce and Ms. Lindgren, had found everything in order apart from one receipt for twelve "
            "bags of lime, which turned up during the meeting in Mr. Mensah's other coat. The treasurer was discharged "
            "without dissent.",
        ),
    ),
    Section(
        "Motions",
        (
            "Motion 1, from the committee: to raise the rent for a full plot from £52 to £58 a year from 1 April, and "
            "for a half plot from £28 to £31. Ms. Lindgren asked why, in view of the surplus. Mr. Mensah answered that "
            "the pipe to the upper field was eighty years old, and that a new one had been quoted at £11,500. Carried "
            "by 51 votes to 14, with 4 abstentions.",
            "Motion 2, from plot 44: to allow hens. The proposer, Jelena Marković, offered to keep no more than six "
            "and no cockerel. Several members feared rats. Mr. Eastaugh recalled the geese of 1988. Rejected by 33 "
            "votes to 30, with 6 abstentions. The proposer announced that she would bring the motion again next year.",
            "Motion 3, from the youth group: to stop using peat-based compost in the shop as soon as the present stock "
            "is sold. Carried unanimously.",
            "Motion 4, from plot 112: to forbid bonfires altogether. After discussion it was amended so that bonfires "
            "are allowed only in November, on the ash field, and in the presence of a committee member. Carried as "
            "amended by 47 votes to 18, with 4 abstentions.",
        ),
    ),
    Section(
        "Elections",
        (
            "Mrs. Whitlock was re-elected as chair for two years. Ms. Monteiro, who had declared in writing that she "
            "would serve again, remains secretary. Mr. Mensah did not stand again; Gwen Arkwright (plot 8), a retired "
            "bank clerk, was elected treasurer in his place.",
            "Tomasz Zieliński was elected to the new post of water warden. He holds the only key to the main valve. He "
            "asked to be called before, and not after, somebody digs.",
        ),
    ),
    Section(
        "What is to be done, and by whom",
        (
            "- Mr. Zieliński obtains two more quotations for the pipe by the end of April.",
            "- Ms. Arkwright opens a separate savings account for the pipe.",
            "- The youth group, led by Amara Okafor, draws up a list of peat-free suppliers by 15 March.",
            "- Mr. Talfan writes to the council about the broken lamp at the north gate.",
            "- Everybody clears the path beside their own plot before the inspection on 24 May.",
        ),
    ),
    Section(
        "Other business",
        (
            "The summer fair will be on 12 July. This year it starts at noon, because last year the brass band had to "
            "play to an empty field in the morning. The band has forgiven us.",
            "Mrs. Delacroix (plot 61) reported that somebody takes rhubarb from her plot at night and leaves jars of "
            "rhubarb jam in exchange. She does not wish it to stop. She only asks for less sugar.",
            "The chair closed the meeting at 16:40. The next annual general meeting will be held on 14 February 2026.",
        ),
    ),
)
