"""Which emoji stands for which class of Quick, Draw!: what the pad knows before it is taught."""

EMOJI = {
    "airplane": "✈", "alarm clock": "⏰", "ambulance": "🚑", "angel": "👼", "ant": "🐜", "backpack": "🎒",
    "baseball": "⚾", "basketball": "🏀", "bat": "🦇", "bathtub": "🛁", "bear": "🐻", "bed": "🛏", "bee": "🐝",
    "bicycle": "🚲", "bird": "🐦", "book": "📖", "bread": "🍞", "bus": "🚌", "butterfly": "🦋", "cactus": "🌵",
    "cake": "🎂", "calendar": "📅", "camel": "🐪", "camera": "📷", "candle": "🕯", "carrot": "🥕", "castle": "🏰",
    "cat": "🐱", "chair": "🪑", "church": "⛪", "clock": "🕐", "coffee cup": "☕", "compass": "🧭", "computer": "💻",
    "cookie": "🍪", "couch": "🛋", "crown": "👑", "dog": "🐶", "dolphin": "🐬", "donut": "🍩", "door": "🚪",
    "dragon": "🐉", "drums": "🥁", "duck": "🦆", "ear": "👂", "elephant": "🐘", "envelope": "✉", "eye": "👁",
    "eyeglasses": "👓", "feather": "🪶", "fish": "🐟", "flower": "🌼", "flying saucer": "🛸", "foot": "🦶",
    "frog": "🐸", "giraffe": "🦒", "grapes": "🍇", "hamburger": "🍔", "hammer": "🔨", "hat": "🎩", "headphones": "🎧",
    "hedgehog": "🦔", "helicopter": "🚁", "horse": "🐴", "hot air balloon": "🎈", "hot dog": "🌭", "kangaroo": "🦘",
    "key": "🔑", "knife": "🔪", "ladder": "🪜", "lightning": "⚡", "lion": "🦁", "lipstick": "💄", "lollipop": "🍭",
    "map": "🗺", "microphone": "🎤", "monkey": "🐵", "moon": "🌙", "mosquito": "🦟", "mouse": "🐭", "mouth": "👄",
    "mushroom": "🍄", "nose": "👃", "octopus": "🐙", "onion": "🧅", "owl": "🦉", "paintbrush": "🖌", "palm tree": "🌴",
    "panda": "🐼", "paper clip": "📎", "parachute": "🪂", "pear": "🍐", "pencil": "✏", "piano": "🎹", "pig": "🐷",
    "pineapple": "🍍", "pizza": "🍕", "rabbit": "🐰", "rain": "🌧", "rainbow": "🌈", "sandwich": "🥪",
    "saxophone": "🎷", "shark": "🦈", "sheep": "🐑", "shoe": "👟", "snail": "🐌", "snowflake": "❄", "snowman": "⛄",
    "soccer ball": "⚽", "spider": "🕷", "spoon": "🥄", "star": "⭐", "strawberry": "🍓", "sun": "☀", "swan": "🦢",
    "sword": "🗡", "teapot": "🫖", "teddy-bear": "🧸", "television": "📺", "tent": "⛺", "toilet": "🚽",
    "toothbrush": "🪥", "tractor": "🚜", "traffic light": "🚦", "train": "🚂", "trumpet": "🎺", "umbrella": "☂",
    "violin": "🎻", "watermelon": "🍉", "whale": "🐳", "wine glass": "🍷", "wristwatch": "⌚", "zebra": "🦓",
}  # fmt: skip
